"""What is true of a claim over raw evidence JSON, worked out by code that shares nothing with the verifier."""
