"""Simulated traffic sampled as in production: what is saved, what is kept, and whether sampled figures hold."""
