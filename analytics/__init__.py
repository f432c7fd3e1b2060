"""Pure analysis of series, tables, templates and graphs; no I/O."""
