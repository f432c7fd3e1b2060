"""How we watch ourselves: OpenTelemetry spans and metrics."""
