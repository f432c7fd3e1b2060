"""Retention: what is expired goes to the cold archive and leaves the store; archived days come back."""
