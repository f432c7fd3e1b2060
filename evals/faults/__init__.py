"""Simulated faults, and what only looks like one: is the right service named first, and nobody where nothing is wrong?"""
