"""Root cause: which service began it, read off series of calls, messages, requests and gauges; pure functions on typed tables."""
