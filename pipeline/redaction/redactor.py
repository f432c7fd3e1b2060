"""Replaces secrets in records and texts."""

from collections import Counter
from collections.abc import Sequence

from domain.errors import WrongUseError
from domain.ports import Meter
from pipeline.reading import Record
from pipeline.redaction.anchors import ANCHORS
from pipeline.redaction.engine import Screen, decoded, encoded
from pipeline.redaction.fields import rewritten, texts
from pipeline.redaction.finder import Finder, Finding
from pipeline.redaction.marks import Marks
from pipeline.redaction.shapes import PEM, SHAPES

_KEYS_KNOWN = 20_000
_REPEATED = 8  # bytes from which on a secret is looked for elsewhere in its text
_REPEATS = 16
_PASSES = 4


class Redactor:
    """Replaces every secret by `[REDACTED:kind:hmac8]`; `counts` says how many of each kind so far.

    `secret` is the installation's own key: with it equal secrets get equal marks. E-mail and IP addresses are no secrets here.
    """

    def __init__(self, secret: bytes, meter: Meter | None = None) -> None:
        if not secret:
            raise WrongUseError("redaction needs the installation's key: an empty one would let anybody test guesses")
        self.counts: Counter[str] = Counter()
        self._marks, self._finder, self._meter = Marks(secret), Finder(), meter
        self._screen = Screen([*(shape.trigger for shape in SHAPES), PEM, *ANCHORS])
        self._keys: dict[str, bool] = {}

    def clean(self, records: Sequence[Record]) -> list[Record]:
        """The records without secrets, in their order; the same objects where there was none."""
        kept = list(records)
        joined = ["\0".join(texts(record)) for record in kept]
        suspects = set(self._screen.suspects(joined))
        for number, record in enumerate(kept):
            if number in suspects or any(map(self._is_telling, record.attributes)) or any(map(self._is_telling, record.resource)):
                kept[number] = self._cleaned(record)
        return kept

    def _cleaned(self, record: Record) -> Record:
        """One record; only those of its texts are searched that the screen points at."""
        held = texts(record)
        dirty = {held[number] for number in self._screen.suspects(held)}

        def replaced(value: str) -> str:
            return self._replaced(value) if value in dirty else value

        def paired(key: str, value: str) -> tuple[str, str]:
            if self._is_telling(key) and (kind := self._finder.kind_beside(key, value)):
                return replaced(key), self._whole(kind, value)
            return replaced(key), replaced(value)

        return rewritten(record, replaced, paired)

    def text(self, value: str) -> str:
        """A text without its secrets."""
        return self._replaced(value) if any(True for _ in self._screen.suspects([value])) else value

    def _is_telling(self, key: str) -> bool:
        """Whether the name of an attribute makes its value a secret."""
        known = self._keys.get(key)
        if known is None:
            if len(self._keys) >= _KEYS_KNOWN:
                self._keys.clear()
            known = self._keys[key] = bool(self._finder.kind_beside(key, "a1B2c3D4e5F6g7H8"))
        return known

    def _whole(self, kind: str, value: str) -> str:
        """A value that is all secret."""
        said = encoded(value)
        if self._marks.spans(said) == [(0, len(said))]:
            return value
        self._count(kind)
        return decoded(self._marks.mark(kind, said))

    def _replaced(self, value: str) -> str:
        """Until nothing more is found: a mark can free a secret that another one had run into."""
        said = encoded(value)
        for _ in range(_PASSES):
            cleaned = self._passed(said)
            if cleaned == said:
                break
            said = cleaned
        return decoded(said)

    def _passed(self, said: bytes) -> bytes:
        pieces, done = [], 0
        for finding in self._found(said):
            pieces += [said[done : finding.start], self._marks.mark(finding.kind, said[finding.start : finding.end])]
            done = finding.end
            self._count(finding.kind)
        return b"".join([*pieces, said[done:]])

    def _found(self, said: bytes) -> list[Finding]:
        """Where the secrets are, in order and apart; marks that stand already are left alone."""
        marks = self._marks.spans(said)
        masked = _masked(said, marks)
        found = [each for each in self._finder.findings(masked) if masked[each.start : each.start + 1] != b"\x01"]
        found += _repeated(masked, found)
        whole = [Finding(start, end, "") for start, end in marks]
        return [finding for finding in _apart([_at_letters(said, each) for each in found] + whole) if finding.kind]

    def _count(self, kind: str) -> None:
        self.counts[kind] += 1
        if self._meter:
            self._meter.add("pipeline_redactions_total", kind=kind)


def _masked(said: bytes, marks: Sequence[tuple[int, int]]) -> bytes:
    """Marks blanked, so that their own words are not read as names."""
    for start, end in marks:
        said = said[:start] + b"\x01" * (end - start) + said[end:]
    return said


def _repeated(said: bytes, found: Sequence[Finding]) -> list[Finding]:
    """Further places of the first secrets that were found."""
    secrets = {said[each.start : each.end]: each.kind for each in found if each.end - each.start >= _REPEATED}
    further = []
    for secret, kind in list(secrets.items())[:_REPEATS]:
        at = said.find(secret)
        while at >= 0:
            further.append(Finding(at, at + len(secret), kind))
            at = said.find(secret, at + len(secret))
    return further


def _at_letters(said: bytes, finding: Finding) -> Finding:
    """The finding widened so that no letter of several bytes is cut."""
    start, end = finding.start, finding.end
    while start > 0 and said[start] & 0xC0 == 0x80:  # noqa: PLR2004 -- a continuation byte of UTF-8
        start -= 1
    while end < len(said) and said[end] & 0xC0 == 0x80:  # noqa: PLR2004
        end += 1
    return Finding(start, end, finding.kind)


def _apart(found: Sequence[Finding]) -> list[Finding]:
    """Overlapping findings joined; the kind of the first of the longest."""
    joined: list[Finding] = []
    for each in sorted(found, key=lambda finding: (finding.start, -finding.end)):
        if joined and each.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Finding(last.start, max(last.end, each.end), last.kind or (each.kind if each.end > last.end else ""))
        else:
            joined.append(each)
    return joined
