"""Sentences read against loosely typed tables: cells that are text, columns without unit or aggregation."""
