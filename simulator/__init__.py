"""A small shop whose telemetry is made from a seed."""
