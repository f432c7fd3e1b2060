"""The nouns of Watchfloor and their pure rules; imports nothing of ours and does no I/O."""
