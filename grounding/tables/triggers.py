"""Words that shape a claim: counts, ranks, comparisons, quantifiers, denials and sums."""

from grounding.wordlists import words

MOST = {
    **dict.fromkeys(words("most highest largest biggest greatest maximum max longest latest newest youngest top tallest"), 1),
    **dict.fromkeys(words("heaviest fastest"), 1),
    **dict.fromkeys(words("least fewest lowest smallest minimum min shortest earliest oldest slowest lightest"), -1),
}
DATED = {"latest": 1, "newest": 1, "earliest": -1, "oldest": -1, "recent": 1}
MORE = {
    **dict.fromkeys(words("more higher larger bigger greater longer better taller"), 1),
    **dict.fromkeys(words("less fewer lower smaller shorter"), -1),
    **dict.fromkeys(words("later newer after"), 2),
    **dict.fromkeys(words("earlier older before"), -2),
}
DENIALS = frozenset(words("no not never none neither nor without nt don doesn didn isn wasn wasnt weren aren hasn hadn cannot zero_"))
EVERY = frozenset(words("all every each both always"))
SUMS = {"average": "mean", "mean": "mean", "sum": "sum", "combine": "sum", "combined": "sum", "total": "sum", "averaged": "mean"}
TRIGGERS = (
    frozenset(MOST)
    | frozenset(MORE)
    | DENIALS
    | EVERY
    | frozenset(words("average mean sum combine combined majority minority half only first last same different difference"))
    | frozenset(words("between than except"))
    | frozenset(words("above below over under exceed least any other another exactly nearly almost recent best worst either consecutive"))
)
