"""Dead letters: written where input cannot be taken, and replayed."""
