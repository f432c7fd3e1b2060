"""Models that answer badly, in every way we could think of, and what is published then."""
