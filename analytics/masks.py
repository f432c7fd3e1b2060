"""Turns the words of a log line into tokens whose variable parts are blanked, by generic masks only."""

import re

BLANK = "<*>"
MAX_TOKENS = 128
_MAX_CHARS = 8_192
_MEMO_LIMIT = 100_000

_URL = re.compile(r"[a-z]{2,}://[^\s,;()\[\]{}\"'<>]*[^\s,;:()\[\]{}\"'.<>]")
_PATH = re.compile(r"(?<![A-Za-z0-9.])(?:[A-Za-z]:\\|/)[^\s,;:()\[\]{}\"'=]*[^\s,;:()\[\]{}\"'=.]")
_HOST_AND_PORT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][\w-]*(?:\.[\w-]+)+:\d{2,5}(?![\w:.])")
_DOTTED_NAME = re.compile(r"(?<![A-Za-z0-9.])[A-Za-z][\w$-]*(?:\.[A-Za-z0-9_$-]+){2,}(?![A-Za-z0-9(])")
_VALUES = re.compile(
    r"""
    (?<![A-Za-z0-9])(?:
      [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}              # uuid
     |(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{1,4}(?![A-Za-z0-9:])        # IPv6, MAC, clock
     |0[xX][0-9a-fA-F]+
     |(?=[a-fA-F]*[0-9])[0-9a-fA-F]{6,}(?![A-Za-z0-9])                  # bare hex
     |<?[+-]?\d[\d.,:]*\d(?:[A-Za-z%]{1,2}(?![A-Za-z0-9]))?             # number, IPv4, with a short unit
     |<?[+-]?\d(?:[A-Za-z%]{1,2}(?![A-Za-z0-9]))?
    )
    |\d+""",
    re.VERBOSE,
)
_BOOLEAN = re.compile(r"(?<![A-Za-z0-9])(?:true|false|TRUE|FALSE|True|False)(?![A-Za-z0-9])")
_RUN_OF_BLANKS = re.compile(r"<\*>(?:[-_.:,/#@+]*<\*>)+")
_JOINTS = re.compile(r"(?<=[=(\[{,|;])|(?=[)\]},|;])|(?<=[a-zA-Z>]:)(?!:)")
_BLANKS = frozenset({BLANK, " " + BLANK})
_UNIT_NAMES = ("ns", "us", "ms", "msec", "msecs", "s", "sec", "secs", "second", "seconds", "min", "mins", "minutes", "hours", "days")
_TIME_UNITS = frozenset(f" {name}" for name in _UNIT_NAMES)


class Tokens:
    """Splits lines into masked tokens and remembers what each word became. A token that follows a space starts with one."""

    def __init__(self) -> None:
        self._memo: dict[str, tuple[str, ...]] = {}

    def of(self, body: str) -> tuple[str, ...]:
        """The masked tokens of a line's first row, at most 128; neighbouring blanks, and a time unit after one, become one."""
        tokens: list[str] = []
        after_blank = False
        memo = self._memo
        for word in _first_row(body).split():
            for part in memo.get(word) or self._learn(word):
                if after_blank and (part in _BLANKS or part in _TIME_UNITS):
                    continue
                tokens.append(part)
                after_blank = part in _BLANKS
            if len(tokens) >= MAX_TOKENS:
                break
        return tuple(tokens[:MAX_TOKENS])

    def of_template(self, text: str) -> tuple[str, ...]:
        """The tokens of a template's text, position for position (its blanks stay apart)."""
        return tuple(part for word in text.split() for part in self._memo.get(word) or self._learn(word))

    def _learn(self, word: str) -> tuple[str, ...]:
        if len(self._memo) >= _MEMO_LIMIT:
            self._memo.clear()
        parts = self._memo[word] = _masked_parts(word)
        return parts


def is_blank(token: str) -> bool:
    """Whether a token is nothing but a blank."""
    return token in _BLANKS


def blanked(token: str) -> str:
    """The blank that takes a token's place, keeping its space."""
    return " " + BLANK if token.startswith(" ") else BLANK


def text_of(tokens: tuple[str, ...] | list[str]) -> str:
    """A template as people read it."""
    return "".join(tokens).strip()


def _first_row(body: str) -> str:
    return body[:_MAX_CHARS].lstrip().partition("\n")[0]


def _masked_parts(word: str) -> tuple[str, ...]:
    first, *rest = [part for part in _JOINTS.split(_masked(word)) if part]
    return (" " + first, *rest)


def _masked(word: str) -> str:
    if len(word) > 1 and ("/" in word or "\\" in word):
        word = _PATH.sub(BLANK, _URL.sub(BLANK, word) if "://" in word else word)
    if "." in word:
        word = _HOST_AND_PORT.sub(BLANK, word)
        word = _DOTTED_NAME.sub(BLANK, word) if word.count(".") > 1 else word
    return _BOOLEAN.sub(BLANK, _RUN_OF_BLANKS.sub(BLANK, _VALUES.sub(BLANK, word)))
