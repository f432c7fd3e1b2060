"""How fast the data plane takes and writes: rates, acknowledgements, a stalled store, a burst, a backlog, and where the time goes."""
