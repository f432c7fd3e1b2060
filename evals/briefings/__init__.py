"""Briefings over simulated days, every number of them counted again from the raw files."""
