"""Korean: how sentences are filled, worded and read."""
