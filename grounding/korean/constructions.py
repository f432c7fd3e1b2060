"""Korean constructions put the way English has them: "A는 B보다 더 많다" as "A more than B", "가장 많은" as "most"."""

import re

_SUPERLATIVES = (
    (r"많", "most"),
    (r"적|드물", "fewest"),
    (r"높|크|큰|컸|심하|심한|늦", "highest"),
    (r"낮|작", "lowest"),
    (r"느리|느린|느렸|길|긴|오래", "slowest"),
    (r"빠르|빠른|빨|짧", "fastest"),
    (r"바쁘|바쁜", "busiest"),
    (r"최근|최신", "latest"),
    (r"먼저|처음|이르|일찍|앞", "first"),
    (r"나중|마지막|끝", "last"),
)
_BECAME = (
    (r"(?:높|많)아[졌진지]|커[졌진지]|길어[졌진지]|심해[졌진지]|불어났", "increased"),
    (r"낮아[졌진지]|적어[졌진지]|작아[졌진지]|짧아[졌진지]", "decreased"),
    (r"느려[졌진지]|늦어[졌진지]", "slower"),
    (r"빨라[졌진지]", "faster"),
)
_COMPARATIVES = (
    *_BECAME,
    (r"많", "more"),
    (r"적|드물", "fewer"),
    (r"높|크|큰|컸|심하|심한", "higher"),
    (r"낮|작", "lower"),
    (r"느리|느린|느렸|길|긴|깁|오래", "slower"),
    (r"빠르|빠른|빨|짧", "faster"),
    (r"늘|증가|오르|올랐|상승", "increased"),
    (r"줄|감소|내렸|하락|떨어", "decreased"),
    (r"먼저|앞서|앞섰|앞선|일찍|이전", "before"),
    (r"나중|늦|뒤|이후", "after"),
)
_PLAIN = (
    *_BECAME,
    (r"많", "many"),
    (r"적(?=[^극용용합절성])|드물", "few"),
    (r"높", "high"),
    (r"낮", "low"),
    (r"크|큰|컸", "large"),
    (r"작(?=[은다습았고])", "small"),
    (r"길|긴", "long"),
    (r"짧", "short"),
)
_SUPERLATIVE = re.compile(r"(?<![가-힣])(?:가장|제일|최고로|맨)\s*(?:더\s+)?([가-힣]+)")
_TOPIC = re.compile(r"(?:^|(?<=[\s가-힣]))(?:은|는|이|가|에서|에서는|에는)\s|,\s")
_RATIO = re.compile(r"\s?의\s(\d[\d.,]* times|절반)")
_WORD = re.compile(r"[가-힣]+")
_BASELINE = re.compile(r"(?<![가-힣])(?:직전|이전)\s?(?:구간|기간|창|윈도우)")
_LATER = re.compile(r"\s(이후|뒤|다음|직후|이전|전)(?:에|에는|의|로)?(?=\s|$|[,.])")
_NAMED = re.compile(r"[A-Za-z0-9\ue000-\uf8ff]")


def constructed(text: str) -> str:
    """The text with superlatives, comparisons, ratios and orders of events in English words and English order."""
    text = _BASELINE.sub(" in the window before ", text)
    text = _SUPERLATIVE.sub(lambda it: f" {_first(_SUPERLATIVES, it[1]) or 'most ' + it[1]} ", text)
    text = _compared(text)
    text = _multiplied(text)
    return _WORD.sub(lambda it: _first(_PLAIN, it[0]) or it[0], _followed(text))


def _first(table: tuple[tuple[str, str], ...], word: str) -> str:
    return next((english for pattern, english in table if re.match(pattern, word)), "")


def _compared(text: str) -> str:
    """A sentence of two things: what stands before 보다 goes to the end, behind "than" (or "before", "after")."""
    head, mark, rest = _cut(text, "보다")
    if not mark:
        return _more(text) if re.search(r"(?<![가-힣])더(?![가-힣])", text) else text
    subject, other = _other(head)
    said = re.sub(r"(?<![가-힣])(?:더|덜)(?![가-힣])", " ", rest)
    said = _more(said)
    order = re.search(r"\b(before|after)\b", said)
    if order:
        return f"{subject} {order[1]} {other} {said.replace(order[1], ' ', 1)}"
    stop = re.search(r"[.;]\s*$|,\s", said)
    at = stop.start() if stop else len(said)
    return f"{subject} {said[:at]} than {other}{said[at:]}"


def _cut(text: str, mark: str) -> tuple[str, str, str]:
    found = re.search(rf"(?:(?<=\s)|(?<=[가-힣])){mark}(?=\s|$)", text)
    return (text[: found.start()], mark, text[found.end() :]) if found else (text, "", "")


def _more(text: str) -> str:
    return _WORD.sub(lambda it: _first(_COMPARATIVES, it[0]) or it[0], text)


def _other(head: str) -> tuple[str, str]:
    """What is compared and what with: the last part without a topic or subject particle is the other."""
    cut = max((found.end() for found in _TOPIC.finditer(head)), default=0)
    return head[:cut], head[cut:].strip()


def _multiplied(text: str) -> str:
    """What is "B의 3배", as "3 times as many as B"."""
    found = _RATIO.search(text)
    if not found:
        return text
    subject, other = _other(text[: found.start()])
    size = "half" if found[1] == "절반" else found[1]
    return f"{subject} {size} as many as {other} {text[found.end() :]}" if other else text


def _followed(text: str) -> str:
    """What is "B 이후 A", as "B before A" in the order of the text; with nothing behind it, "A는 B 이후" as "A after B"."""
    found = _LATER.search(text)
    if not found:
        return text
    is_later = found[1] in {"이후", "뒤", "다음", "직후"}
    if _NAMED.search(text[found.end() :]):
        return f"{text[: found.start()]} {'before' if is_later else 'after'} {text[found.end() :]}"
    subject, other = _other(text[: found.start()])
    return f"{subject} {'after' if is_later else 'before'} {other} {text[found.end() :]}"
