"""Where the secrets of one text are."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.redaction.anchors import ANCHORS, GIVEN, KEY, PAIR, SPOKEN
from pipeline.redaction.engine import Choice, Match, Pattern, encoded, pattern
from pipeline.redaction.names import Class, class_of, kind_of, stands_alone
from pipeline.redaction.shapes import PEM, SHAPES
from pipeline.redaction.values import Reader, Value, decoded_loosely

_SCHEMES = "bearer|basic|token|apikey|api-key|negotiate|ntlm|bot|key|jwt|oauth|googlelogin auth=|splunk|sso-key|genie|private"
_SCHEME = rf"(?i:[\"'\[(\s]{{0,3}}(?:{_SCHEMES})(?:\s|%20|\+|:|=)+[\"']?)"

_LONG = 64
_BEFORE = 32
_PATHS = frozenset((b"/", b"~", b"."))
_PASSES = frozenset((b"pass", b"passw", b"pw"))
_TOO_SHORT = frozenset(("auth", "pass", "pw", "passw", "cred", "creds", "pwd"))


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret at bytes [start, end) of a text."""

    start: int
    end: int
    kind: str


class Finder:
    """Every secret of a text, by shape and by the name beside it."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._shapes = [pattern(shape.pattern) for shape in SHAPES]
        self._unless = {number: pattern(shape.unless) for number, shape in enumerate(SHAPES) if shape.unless}
        self._anchors = [pattern(anchor) for anchor in ANCHORS]
        self._choice = Choice([*(shape.trigger for shape in SHAPES), *ANCHORS])
        self._reader, self._scheme = reader or Reader(), pattern(_SCHEME)
        self._pem, self._key = pattern(PEM), pattern(KEY)

    def findings(self, text: bytes) -> Iterator[Finding]:
        """In no order; they may overlap."""
        for number in self._choice.present(text):
            if number < len(SHAPES):
                yield from self._shaped(number, text)
            else:
                yield from self._named(number - len(SHAPES), text)
        yield from _private_keys(self._pem, text)

    def kind_beside(self, name: str, value: str) -> str:
        """The kind of secret that a value is because of its name (an attribute's key), or nothing."""
        key, said = encoded(name), encoded(value)
        match = self._key.search(key)
        if match is None or not stands_alone(decoded_loosely(key[: match.start(1)]), decoded_loosely(match[1])):
            return ""
        known = decoded_loosely(match[1])
        return kind_of(known) if self._reader.is_secret(said, class_of(known), quoted=True, is_prose=False) else ""

    def _shaped(self, number: int, text: bytes) -> Iterator[Finding]:
        shape = SHAPES[number]
        for match in self._shapes[number].finditer(text):
            start, end = next((match.span(n) for n in range(1, self._shapes[number].groups + 1) if match.span(n)[0] >= 0), match.span())
            if (unless := self._unless.get(number)) and unless.search(text[max(0, start - _BEFORE) : start]):
                continue
            if shape.holds is None or shape.holds(decoded_loosely(text[start:end])):
                yield Finding(start, end, shape.kind)

    def _named(self, number: int, text: bytes) -> Iterator[Finding]:
        """Values beside names; a value that was read is not read again, which keeps this linear."""
        anchor, position = self._anchors[number], 0
        while (match := anchor.search(text, position)) is not None:
            position = max(match.end(1), match.start() + 1)
            before = decoded_loosely(text[max(0, match.start(1) - _BEFORE) : match.start(1)])
            name = decoded_loosely(match[1])
            if not stands_alone(before, name) or (ANCHORS[number] is SPOKEN and not _is_spoken(before, name)):
                continue
            kind, value = self._read(number, match, text, class_of(name))
            if value.end - value.start > _LONG:
                position = value.end
            if self._is_secret(number, match, text, kind, value):
                position = value.end
                yield Finding(self._after_scheme(text, value, kind), value.end, kind_of(name))

    def _read(self, number: int, match: Match, text: bytes, kind: Class) -> tuple[Class, Value]:
        """What stands behind a name, and how strict to be with it."""
        if ANCHORS[number] is SPOKEN:
            value = self._reader.value(text, match.end(2), "weak")
            return "strong" if value.quoted and kind == "strong" else "weak", value
        if kind == "header" and not self._scheme.match(text, match.end()):
            return "weak", self._reader.value(text, match.end(), "weak")
        value = self._reader.value(text, match.end(), kind)
        if match[1].lower() in _PASSES and (value.quoted or b"=" in text[match.end() - 3 : match.end()]):
            return "strong", self._reader.value(text, match.end(), "strong")
        return kind, value

    def _is_secret(self, number: int, match: Match, text: bytes, kind: Class, value: Value) -> bool:
        if self._reader.is_structure(text, value) or self._reader.is_label(text, value):
            return False
        if ANCHORS[number] is PAIR and text[value.end :].lstrip(b"\\\"' ")[:1] not in b")]":
            return False
        said = text[value.start : value.end]
        if match[1].lower() == b"pwd" and said[:1] in _PATHS:
            return False
        is_after_colon = match[1].lower() in _PASSES or b":" in text[match.end() - 3 : match.end()]
        is_prose = ANCHORS[number] is GIVEN and text[match.end() - 2 : match.end()] == b": " and text[value.end : value.end + 1] == b" "
        return kind == "header" or self._reader.is_secret(said, kind, quoted=value.quoted, is_prose=is_prose, is_after_colon=is_after_colon)

    def _after_scheme(self, text: bytes, value: Value, kind: Class) -> int:
        """Where the secret of a header begins: behind its scheme."""
        scheme = self._scheme.match(text, value.start, value.end) if kind in {"header", "weak"} else None
        return scheme.end() if scheme and scheme.end() < value.end else value.start


def _is_spoken(before: str, name: str) -> bool:
    """Whether a name in running text is one: no part of a path or of a longer word, no header, and long enough to mean it."""
    is_glued = before[-1:] == "/" or (before[-1:].islower() and name[0].islower())
    return not is_glued and class_of(name) in {"strong", "weak"} and name.lower() not in _TOO_SHORT


def _private_keys(begin: Pattern, text: bytes) -> Iterator[Finding]:
    """PEM and OpenSSH private keys, to their end or as far as the text goes."""
    position = 0
    while (opening := begin.search(text, position)) is not None:
        end = text.find(b"-----END", opening.end())
        if end < 0:
            yield Finding(opening.start(), len(text), "private_key")
            return
        close = text.find(b"-----", end + 8, end + 80)
        position = close + 5 if close >= 0 else end + 8
        yield Finding(opening.start(), position, "private_key")
