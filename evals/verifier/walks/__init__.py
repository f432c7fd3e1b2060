"""Claims made by walking evidence: whatever columns it has, one walk for each kind."""
