"""Attacks hidden in telemetry, a model that obeys every one it reads, and what of that reaches a reader."""
