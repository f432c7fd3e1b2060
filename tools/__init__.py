"""What an agent may call: typed functions that return evidence and candidate claims."""
