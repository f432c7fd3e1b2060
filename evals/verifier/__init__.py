"""The verifier measured: true claims, their mutants, an oracle that decides what is still true, and baselines."""
