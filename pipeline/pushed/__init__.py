"""Parsers of bodies that senders push in their own formats."""
