"""How well known problems are found again by what a message reads like, in Korean."""
