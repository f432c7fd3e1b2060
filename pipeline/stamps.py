"""The layouts of time stamps that logs use, and which of them a text uses."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_BEFORE = r"(?<![^\s\[(|\"'=<,{;])"
_AFTER = r"(?![\w])"
_MONTH = r"(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY_NAME = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_CLOCK = r"(?P<H>\d\d?):(?P<M>\d\d):(?P<S>\d\d)(?:[.,](?P<f>\d{1,9}))?"
_HALF = r"(?: ?(?P<p>[AaPp][Mm]))?"
_ZONE = r"(?: ?(?P<z>Z|UTC|GMT|[+-]\d\d:?\d\d(?!\d)))?"

HEAD = 200
_ENOUGH_SHARE = 0.3
_STEADY_SHARE = 0.8
_HALF_SHARE = 0.5
_ALL_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Layout:
    """One layout; its pattern names its fields: y Y m b d H M S f ms p z L (level letter) e (epoch seconds) k (epoch milliseconds)."""

    name: str
    pattern: re.Pattern[str]
    has_year: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A layout and where in a line it may begin: exactly at `start`, or anywhere up to it when `roams`."""

    layout: Layout
    start: int = 0
    roams: bool = False

    def find(self, line: str) -> re.Match[str] | None:
        """The stamp of a line, if it has one in this place."""
        if not self.roams:
            return self.layout.pattern.match(line, self.start)
        found = self.layout.pattern.search(line, 0, HEAD)
        return found if found and found.start() <= self.start else None


def _layout(name: str, pattern: str) -> Layout:
    has_year = any(group in pattern for group in ("<y>", "<Y>", "<e>", "<k>"))
    return Layout(name, re.compile(_BEFORE + pattern + _AFTER), has_year)


LAYOUTS: tuple[Layout, ...] = (
    _layout(
        "yyyy-mm-dd hh:mm:ss",
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d\d?)(?P=sep)(?P<d>\d\d?)(?:[T _:-]| - |, ?)"
        r"(?P<H>\d\d?)[:.](?P<M>\d\d)[:.](?P<S>\d\d)(?:[.,:](?P<f>\d{1,9}))?" + _ZONE,
    ),
    _layout("yyyymmdd-hh:mm:ss", r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)[-T_ ](?P<H>\d\d?):(?P<M>\d\d?):(?P<S>\d\d?)"
            r"(?:[.,](?P<f>\d{1,9})|:(?P<ms>\d{1,3}))?" + _ZONE),
    _layout("yyyymmddThhmmss", r"(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)[-T_ ]?(?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"
            r"(?:[.,](?P<f>\d{1,9}))?" + _ZONE),
    _layout("Mon Jan 02 hh:mm:ss yyyy", _DAY_NAME + _MONTH + r" +(?P<d>\d\d?) " + _CLOCK + r" (?:[A-Z]{3,4} )?(?P<y>\d{4})"),
    _layout("02 Jan yyyy hh:mm:ss", _DAY_NAME + r"(?P<d>\d\d?)[-/ ]" + _MONTH + r"[-/ ](?P<y>\d{4})[: ]" + _CLOCK + _ZONE),
    _layout("Jan 02, yyyy hh:mm:ss", _DAY_NAME + _MONTH + r" +(?P<d>\d\d?), (?P<y>\d{4}),? " + _CLOCK + _HALF),
    _layout("mm/dd/yyyy hh:mm:ss", r"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{4})(?: |, ?|-|:)" + _CLOCK + _HALF),
    _layout("dd/mm/yyyy hh:mm:ss", r"(?P<d>\d\d?)(?P<sep>[/.-])(?P<m>\d\d?)(?P=sep)(?P<y>\d{4})(?: |, ?|-|:)" + _CLOCK + _HALF),
    _layout("yy/mm/dd hh:mm:ss", r"(?P<Y>\d\d)(?P<sep>[/-])(?P<m>\d\d)(?P=sep)(?P<d>\d\d) " + _CLOCK),
    _layout("yymmdd hhmmss", r"(?P<Y>\d\d)(?P<m>\d\d)(?P<d>\d\d) (?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)"),
    _layout("yymmdd hh:mm:ss", r"(?P<Y>\d\d)(?P<m>\d\d)(?P<d>\d\d) +" + _CLOCK),
    _layout("Jan 02 hh:mm:ss", _MONTH + r" +(?P<d>\d\d?) " + _CLOCK),
    _layout("mm-dd hh:mm:ss", r"(?P<m>\d\d)[-/](?P<d>\d\d) " + _CLOCK),
    _layout("mm.dd hh:mm:ss", r"(?P<m>\d\d)\.(?P<d>\d\d) " + _CLOCK),
    _layout("Lmmdd hh:mm:ss", r"(?P<L>[IWEF])(?P<m>\d\d)(?P<d>\d\d) " + _CLOCK),
    _layout("epoch seconds", r"(?P<e>1\d{9})(?:\.(?P<f>\d{1,9}))?"),
    _layout("epoch milliseconds", r"(?P<k>1\d{12})"),
)  # fmt: skip
_DAY_FIRST = next(layout for layout in LAYOUTS if layout.name == "dd/mm/yyyy hh:mm:ss")
_MONTH_FIRST = next(layout for layout in LAYOUTS if layout.name == "mm/dd/yyyy hh:mm:ss")


def detect(sample: Sequence[str]) -> Place | None:
    """The layout and place most lines of a sample share, the leftmost of equals; None when the text has no stamps."""
    best: tuple[int, float, Place] | None = None
    for layout in LAYOUTS:
        starts = [found.start() for line in sample if (found := layout.pattern.search(line, 0, HEAD)) and _is_plausible(found)]
        if not starts or not (_is_enough(starts, len(sample)) or layout.pattern.match(sample[0])):
            continue
        where = sum(starts) / len(starts)
        if best is None or (len(starts), -where) > (best[0], -best[1]):
            best = len(starts), where, _place(layout, starts, len(sample))
    return best[2] if best else None


def _is_plausible(found: re.Match[str]) -> bool:
    fields = found.groupdict()
    return 1 <= int(fields.get("m") or 1) <= 12 and 1 <= int(fields.get("d") or 1) <= 31 and int(fields.get("H") or 0) <= 24  # noqa: PLR2004


def _is_enough(starts: list[int], lines: int) -> bool:
    if len(starts) >= _ENOUGH_SHARE * lines:
        return True
    start, times = Counter(starts).most_common(1)[0]
    return start <= 1 and times > 1 and times >= _STEADY_SHARE * len(starts)


def _place(layout: Layout, starts: list[int], lines: int) -> Place:
    start, times = Counter(starts).most_common(1)[0]
    if start <= 1 and times > _HALF_SHARE * len(starts):
        return Place(layout, start)
    # Where nearly every line has a stamp there are no continuation lines that could hold one further in.
    return Place(layout, HEAD if len(starts) > _ALL_SHARE * lines else max(starts), roams=True)


def is_ambiguous(place: Place) -> bool:
    """Whether day and month could be read the other way round."""
    return place.layout in {_DAY_FIRST, _MONTH_FIRST}
