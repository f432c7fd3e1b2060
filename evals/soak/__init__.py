"""The oracle of the data plane: it knows what it sent and what was acknowledged, breaks parts meanwhile, and looks for every record."""
