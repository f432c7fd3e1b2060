"""Words of operations English: stems, synonyms and opposites by which names of metrics are compared."""

import re
import unicodedata
from functools import lru_cache

from grounding.wordlists import words

_STOP = frozenset(
    words(
        """a an the of for in on at by per to from with and or is are was were be been being has have had made did do does there their its
        it this that these those which who when during between over within number count total amount value values overall seen found any
        some time times event events row rows log logs line lines observed recorded reported measured came reached ran stood we saw showed
        shows show logged received sent out exactly just as respectively many much"""
    )
)
_SYNONYMS = {
    **dict.fromkeys(("error", "failure", "failed", "failing", "fail", "fails", "unsuccessful", "errored"), "fail"),
    **dict.fromkeys(("success", "successful", "succeeded", "succeed", "accepted", "accept", "ok"), "success"),
    **dict.fromkeys(("request", "call", "hit", "query", "queries"), "request"),
    **dict.fromkeys(("latency", "latencies", "duration", "elapsed", "responsetime"), "latency"),
    **dict.fromkeys(("attempt", "try", "tries", "tried", "guess", "guesses", "attempted"), "attempt"),
    **dict.fromkeys(("login", "logon", "signin", "logins", "authentication", "auth"), "login"),
    **dict.fromkeys(("address", "addresses", "ip", "ips", "source", "client"), "client"),
    **dict.fromkeys(("account", "username", "user"), "user"),
    **dict.fromkeys(("endpoint", "path", "route", "url"), "route"),
    **dict.fromkeys(("byte", "traffic", "volume", "transferred"), "byte"),
    **dict.fromkeys(("response", "reply", "replies"), "response"),
    **dict.fromkeys(("warn", "warning"), "warning"),
    **dict.fromkeys(("rate", "ratio", "share", "percentage", "proportion", "fraction"), "rate"),
    **dict.fromkeys(("begin", "began", "started", "start", "earliest", "first"), "first"),
    **dict.fromkeys(("finish", "finished", "ended", "end", "latest", "last"), "last"),
    **dict.fromkeys(("mean", "average"), "avg"),
    **dict.fromkeys(("maximum", "peak"), "max"),
    **dict.fromkeys(("minimum",), "min"),
}
_PAIRS = (
    ("fail", "success"),
    ("first", "last"),
    ("read", "write"),
    ("inbound", "outbound"),
    ("sent", "received"),
    ("valid", "invalid"),
    ("hit", "miss"),
    ("max", "min"),
    ("before", "after"),
    ("up", "down"),
    ("opened", "closed"),
    ("warning", "fail"),
)
_OPPOSITES: dict[str, frozenset[str]] = {}
for _left, _right in _PAIRS:
    _OPPOSITES[_left] = _OPPOSITES.get(_left, frozenset()) | {_right}
    _OPPOSITES[_right] = _OPPOSITES.get(_right, frozenset()) | {_left}

_JOINED = (("response time", "responsetime"), ("response-time", "responsetime"), ("log in", "login"), ("sign in", "login"))
_JOINED_HYPHEN = (("log-in", "login"), ("sign-in", "login"), ("log-on", "login"))
_WORD = re.compile(r"[a-z]+\d*[a-z]*|\d+[a-z]*")
_SHORT = 3  # "dns" and "gas" are no plurals
UNIT_WORDS = frozenset(
    {"ns", "us", "ms", "s", "sec", "pct", "percent", "second", "millisecond", "kb", "mb", "gb", "kib", "mib", "gib", "tb", "tib", "h", "pp"}
)


def stem(word: str) -> str:
    """A word's group: plural dropped, synonyms joined."""
    known = _SYNONYMS.get(word)
    if known:
        return known
    singular = word[:-1] if len(word) > _SHORT and word.endswith("s") and not word.endswith("ss") else word
    return _SYNONYMS.get(singular, singular)


@lru_cache(maxsize=20_000)
def stems(text: str) -> frozenset[str]:
    """The content words of a name or phrase, in groups; units and filler left out."""
    lowered = unicodedata.normalize("NFKC", text).lower()
    for written, joined in (*_JOINED_HYPHEN, *_JOINED):
        lowered = lowered.replace(written, joined)
    words = _WORD.findall(lowered.replace("_", " "))
    return frozenset(stem(word) for word in words if word not in _STOP and word not in UNIT_WORDS)


def are_opposed(claimed: frozenset[str], stated: frozenset[str]) -> bool:
    """Whether one side says a word whose opposite (and not itself) the other says."""
    return any(_OPPOSITES.get(word, frozenset()) & stated and word not in stated for word in claimed)


def plain(text: str) -> str:
    """A name for exact comparison: case, separators and spacing ignored."""
    return re.sub(r"[\s_\-]+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
