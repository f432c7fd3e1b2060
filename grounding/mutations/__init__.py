"""How true claims are made wrong, or rewritten without harm, to measure the verifier itself."""
