"""What can be broken on purpose, one module a fault."""
