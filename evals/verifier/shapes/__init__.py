"""Evidence unlike our own templates: other names, units, keys, series, samples, cuts and gaps."""
