"""Words that shape a claim: counts, ranks, comparisons, quantifiers, denials and sums."""

from grounding.tables.words import stem_of
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
NOTS = frozenset(words("not never nt don doesn didn isn wasn wasnt weren aren hasn hadn cannot"))
DENIALS = NOTS | frozenset(words("no none neither nor without"))
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
NOUNS = frozenset(
    stem_of(word)
    for word in words(
        """time occasion game match player team people person man woman member event season year episode record item entry row race
        tournament competition club company city country nation state province school university song album film movie ship station driver
        rider candidate district stadium venue round series service host server node request error user client address incident day month
        week hour"""
    )
)
