"""Numbers, times and bounds as Korean writes them, said in English: "약 1만 2,000건 이상", "오후 3시 5분", "10월 3일"."""

import re
from decimal import Decimal

from grounding.wordlists import words

_MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_POWERS = {"천": 3, "만": 4, "억": 8, "조": 12}
_LARGE = re.compile(rf"(?<![\w.,])({_DIGITS})(천만|백만|천|만|억|조)(?:\s?({_DIGITS})(천|만|억)?)?(?:\s?(\d[\d,]*))?(?![\d,.])")
_HALVES = {"오전": 0, "아침": 0, "새벽": 0, "오후": 12, "저녁": 12, "밤": 12}
_CLOCK = re.compile(
    r"(?:(오전|오후|새벽|아침|저녁|밤)\s?)?(?<![\d:])(\d{1,2})시(?!간)(?:\s?(\d{1,2})분)?(?:\s?(\d{1,2})초)?(?:\s?(반)(?![가-힣]))?"
)
_HALF_CLOCK = re.compile(r"(오전|오후)\s?(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DATE = re.compile(r"(?:(\d{4})년\s?)?(?<!\d)(\d{1,2})월\s?(\d{1,2})일")
_NATIVE = dict(zip(words("한 두 세 네 다섯 여섯 일곱 여덟 아홉 열"), range(1, 11), strict=True))
_COUNTERS = "건|개|회|번|명|곳|차례|대|가지|줄|위"
_NATIVE_COUNT = re.compile(
    rf"(?<![가-힣])({'|'.join(_NATIVE)})\s?({_COUNTERS}|배|시간|달|주)(?=[^가-힣]|이|은|는|을|를|가|의|에|로|으|입|였|였|더|만|씩|째|$)"
)
_UNITS = {
    **dict.fromkeys(("퍼센트포인트", "퍼센트 포인트", "%포인트", "%p", "%P"), "pp"),
    **dict.fromkeys(("퍼센트", "프로(?![가-힣])"), "%"),
    "밀리초": "ms",
    "마이크로초": "us",
    "나노초": "ns",
    "초": "s",
    r"분(?!의\s?\d|포|위|산)": "min",
    "시간": "h",
    r"일(?=입니다|이었|였|\s?(?:이상|이하|초과|미만|높|낮|더|많|적|길|짧))": "d",  # a length; the day of a date has a month before it
    "일간": "d",
    "주일": "weeks",
    "주(?![가-힣])": "weeks",
    "배": "times",
    "킬로바이트": "KB",
    "메가바이트": "MB",
    "기가바이트": "GB",
    "테라바이트": "TB",
    "바이트": "B",
}
_UNIT = re.compile(rf"({_DIGITS})\s?(?:({'|'.join(sorted(_UNITS, key=len, reverse=True))}))")
_RATE = re.compile(rf"(초당|분당|시간당)\s?({_DIGITS})(?:\s?(?:{_COUNTERS}))?")
_RATES = {"초당": "per second", "분당": "per minute", "시간당": "per hour"}
_COUNTED = re.compile(rf"({_DIGITS})\s?(?:{_COUNTERS})(?=$|[^가-힣]|[가-힣])")
_RANK = re.compile(r"(상위|하위)\s?(\d+)(?:위|개|건|곳|명)?")
_SAID = (
    rf"{_DIGITS}(?:\s(?:pp|%|ms|us|ns|s|min|h|d|times|KB|MB|GB|TB|B|per second|per minute|per hour)(?![a-z])"
    r"|%|[KMGT]?i?B(?![a-zA-Z])|[mun]?s(?![a-zA-Z]))?"
)
_BOUNDS = {"이상": "at least", "이하": "at most", "초과": "more than", "미만": "less than", "정도": "about", "가량": "about", "쯤": "about"}
_BOUND = re.compile(rf"({_SAID})\s?(?:를|을)?\s?({'|'.join(_BOUNDS)}|넘는|넘게|넘어|넘었)")
_ABOUT = re.compile(rf"(?:(?<![가-힣])(?:약|대략|거의|얼추|최대|최소)\s?)(?={_DIGITS})")
_PREFIXES = {"최대": "up to ", "최소": "at least "}
_RANGE = re.compile(rf"({_SAID})\s?(?:~|–|에서)\s?({_SAID})(?:\s?사이)?")


def figures(text: str) -> str:
    """The text with its Korean numbers, units, bounds, dates and clock times written as English writes them."""
    text = _HALF_CLOCK.sub(lambda it: _clock_of(it[1], it[2], it[3], it[4]), text)
    text = _DATE.sub(_date, text)
    text = _CLOCK.sub(lambda it: _clock_of(it[1], it[2], "30" if it[5] else it[3], it[4]), text)
    text = _LARGE.sub(_large, text)
    text = _NATIVE_COUNT.sub(lambda it: f"{_NATIVE[it[1]]}{it[2]}", text)
    text = _RANK.sub(lambda it: f"{'top' if it[1] == '상위' else 'bottom'} {it[2]} ", text)
    text = _RATE.sub(lambda it: f"{it[2]} {_RATES[it[1]]} ", text)
    text = _UNIT.sub(lambda it: f"{it[1]} {_unit(it[2])} ", text)
    text = _COUNTED.sub(lambda it: f"{it[1]} ", text)
    text = _RANGE.sub(lambda it: f" between {it[1]} and {it[2]} " if "~" in it[0] or "사이" in it[0] else it[0], text)
    text = _BOUND.sub(lambda it: f"{_BOUNDS.get(it[2], 'more than')} {it[1]} ", text)
    return _ABOUT.sub(lambda it: _PREFIXES.get(it[0].strip(), "about "), text)


def _unit(written: str) -> str:
    return next(english for pattern, english in _UNITS.items() if re.fullmatch(re.split(r"\(\?[!=]", pattern)[0], written))


def _large(found: re.Match[str]) -> str:
    """1만 2,345 as 12345, 3.5억 as 350000000."""
    total = (
        _scaled(found[1], found[2]) + (_scaled(found[3], found[4] or "") if found[3] else 0) + (_scaled(found[5], "") if found[5] else 0)
    )
    return f"{total:f}".rstrip("0").rstrip(".") if total != total.to_integral_value() else f"{int(total)}"


def _scaled(digits: str, powers: str) -> Decimal:
    extra = {"천만": 7, "백만": 6}.get(powers, _POWERS.get(powers, 0))
    return Decimal(digits.replace(",", "")).scaleb(extra)


def _clock_of(half: str | None, hour: str, minute: str | None, second: str | None) -> str:
    hours = int(hour) % 12 + _HALVES[half] if half else int(hour)
    return f"{hours:02d}:{int(minute or 0):02d}" + (f":{int(second):02d}" if second else "") + " "


def _date(found: re.Match[str]) -> str:
    year, month, day = found.groups()
    if not 1 <= int(month) <= len(_MONTHS):
        return found[0]
    return f"{year}-{int(month):02d}-{int(day):02d} " if year else f"{_MONTHS[int(month) - 1]} {int(day)} "
