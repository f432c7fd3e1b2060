"""A small local model behind the product's own door: whether the wiring to a real server works, never answer quality."""
