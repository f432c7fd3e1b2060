"""Where the secrets of one text are."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.redaction.anchors import ANCHORS, GIVEN, KEY, PAIR, SPOKEN
from pipeline.redaction.engine import Choice, Match, Pattern, encoded, pattern
from pipeline.redaction.names import Class, class_of, kind_of, stands_alone
from pipeline.redaction.shapes import PEM, SHAPES
from pipeline.redaction.values import Reader, Value, decoded_loosely

_SCHEME = r"(?i:[\"'\[(\s]{0,3}(?:bearer|basic|token|apikey|api-key|negotiate|ntlm|bot|key|jwt|oauth|googlelogin auth=|splunk|sso-key|genie|private)(?:\s|%20|\+|:|=)+[\"']?)"

_LONG = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret at bytes [start, end) of a text."""

    start: int
    end: int
    kind: str


class Finder:
    """Every secret of a text, by shape and by the name beside it."""

    def __init__(self) -> None:
        self._shapes = [pattern(shape.pattern) for shape in SHAPES]
        self._anchors = [pattern(anchor) for anchor in ANCHORS]
        self._choice = Choice([*(shape.pattern for shape in SHAPES), *ANCHORS])
        self._reader, self._scheme = Reader(), pattern(_SCHEME)
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
            if shape.holds is None or shape.holds(decoded_loosely(text[start:end])):
                yield Finding(start, end, shape.kind)

    def _named(self, number: int, text: bytes) -> Iterator[Finding]:
        """Values beside names; a value that was read is not read again, which keeps this linear."""
        anchor, position = self._anchors[number], 0
        while (match := anchor.search(text, position)) is not None:
            name, start = decoded_loosely(match[1]), match.end()
            position = max(match.end(1), match.start() + 1)
            if not stands_alone(decoded_loosely(text[max(0, match.start(1) - 20) : match.start(1)]), name):
                continue
            kind = class_of(name)
            if ANCHORS[number] is SPOKEN:
                start, kind = match.end(2), "weak" if kind == "strong" else kind
            value = self._reader.value(text, start, kind)
            if self._reader.is_structure(text, value) or (ANCHORS[number] is PAIR and text[value.end :].lstrip(b"\\\"' ")[:1] not in b")]"):
                continue
            if value.end - value.start > _LONG:
                position = value.end
            if self._is_secret(text, match, value, kind, number):
                position = value.end
                yield Finding(self._after_scheme(text, value, kind), value.end, kind_of(name))

    def _is_secret(self, text: bytes, match: Match, value: Value, kind: Class, number: int) -> bool:
        is_prose = ANCHORS[number] is GIVEN and text[match.end() - 2 : match.end()] == b": " and text[value.end : value.end + 1] == b" "
        said = text[value.start : value.end]
        if ANCHORS[number] is SPOKEN and value.quoted and kind == "weak":
            kind = "strong"
        if kind == "header" and self._scheme.match(said):
            return True
        if kind == "header":
            kind = "weak"
        return self._reader.is_secret(said, kind, quoted=value.quoted, is_prose=is_prose)

    def _after_scheme(self, text: bytes, value: Value, kind: Class) -> int:
        """Where the secret of a header begins: behind its scheme."""
        scheme = self._scheme.match(text, value.start, value.end) if kind in {"header", "weak"} else None
        return scheme.end() if scheme and scheme.end() < value.end else value.start


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
