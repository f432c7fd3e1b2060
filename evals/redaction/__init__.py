"""Planted secrets: is every one gone before anything persists, and nothing else?"""
