"""The house: the judge without a model. It decides the same tasks by rules, and says so."""
