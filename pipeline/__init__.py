"""The data plane: from bytes that arrive to records in the store."""
