"""Causes: what evidence shows of who departed from the usual, since when, and who calls whom."""
