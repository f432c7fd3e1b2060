"""The words a headline may use: grammar, what its claims say in our own words, and the plain things the question is about."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from grounding import subjects
from grounding.covers import Cover
from grounding.paths import key_names
from grounding.tokens import Token, blank, scan
from grounding.wordlists import words

# Nothing here judges, reassures, blames, orders or refers anywhere.
GRAMMAR = frozenset(
    words(
        """a an the of for in on at by to from with and or while whereas both each respectively is are was were be been being had has have
        having did came come comes made make makes saw seen see it its they their them this that these those which who there also followed
        most more many number total overall count counted among between during when as per window period"""
    )
)
# Words that judge, reassure, blame or order; only a claim in our own words may use them, never a name, a quote or the question.
JUDGING = frozenset(
    words(
        """fine ok okay good great well healthy normal normally safe safely secure clean clear stable expected benign harmless
        resolved solved fixed recovered mitigated everything anything nothing ignore ignored disregard action needed required
        necessary worry worries false alarm drill routine scheduled planned maintenance approved authorised authorized trusted
        legitimate verified confirmed certified guaranteed bad broken dangerous critical severe serious minor major urgent
        important negligible irrelevant unrelated fault faulty blame culprit guilty responsible reason cause due must should
        please recommend recommended advise advised restart reboot rollback revert disable delete drop remove kill contact"""
    )
)
# What questions are about; other words of a question may be adjectives, and a headline has none of its own.
NOUNS = frozenset(
    words(
        """request response route endpoint page path service server host client address user visitor bot browser error failure timeout
        exception warning log line message trace span operation query statement database cache queue latency duration time rate share
        traffic byte transfer download upload login logon attempt session minute hour day deploy deployment release change version region
        status code event entry source"""
    )
)
DENYING = frozenset(words("no not none never all any you your we our"))
NAME_WORDS = 4
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
_QUOTED = re.compile(r"\u201c[^\u201d]*\u201d")
_SPLIT = re.compile(r"[^a-z\uac00-\ud7a3]+")
_NAMED = ("subject", "event", "first", "then", "other", "value", "state", "cause", "effect", "target", "incident_id")
_PARTICLES = words(
    """입니다 있었습니다 이었습니다 였습니다 습니다 에서는 에서 에게 까지 부터 보다 으로 로 은 는 이 가 을 를 의 에 와 과 도 만
    중 건 번 개 회"""
)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("es", "e"), ("s", ""))
_LEAST = 3


def foreign_words(text: str, covers: Sequence[Cover], question: str = "") -> tuple[str, ...]:
    """The words of a text that are neither grammar nor the claims' own nor what the question is about, in order.

    Names, numbers, times, comparatives, negations and causes are left to `residue`; a name that judges is a word all the same.
    """
    names = names_of(covers)
    plain = {name for name in names if not any(char.isspace() for char in name) and not _judges(name)}
    allowed = GRAMMAR | vocabulary_of(covers, names) | _asked(question)
    return tuple(word for word in _loose_words(_without(text, plain)) if not _is_known(word.casefold(), allowed))


def vocabulary_of(covers: Sequence[Cover], names: Collection[str]) -> frozenset[str]:
    """The words in which claims are told, without names and quotes; the labels and titles of their evidence are ours too."""
    told = [_without(_QUOTED.sub(" ", cover.claim.text), names) for cover in covers if cover.claim.kind != "quote"]
    ours = [text for cover in covers for cell in cover.cells[:2] for text in (cell.column.label, cell.column.name.replace("_", " "))]
    titles = [source.title for cover in covers for source in cover.sources]
    return frozenset(_stem(word.casefold()) for text in (*told, *ours, *titles) for word in _WORD.findall(text))


def names_of(covers: Sequence[Cover]) -> frozenset[str]:
    """Everything claims name: text of cells, which may be anybody's."""
    return frozenset(name for cover in covers for name in _names(cover) if name)


def is_prose(name: str, plain_words: int = 2) -> bool:
    """Whether a name is a sentence: more than four words, of which so many are grammar or judge."""
    parts = [part for part in _SPLIT.split(name.casefold()) if len(part) > 1]
    return len(parts) > NAME_WORDS and sum(part in GRAMMAR or part in JUDGING or part in DENYING for part in parts) >= plain_words


def denials(tokens: Iterable[Token]) -> bool:
    """Whether any token denies something, or counts it as none."""
    return any(token.kind == "negation" or (token.kind == "number" and token.value == 0) for token in tokens)


def _names(cover: Cover) -> Iterator[str]:
    for slot in _NAMED:
        yield from _texts(cover.claim.slots.get(slot))
    for source in cover.sources:
        yield from (str(value) for value in subjects.filters_of(source).values())
    for cell in cover.cells[:2]:
        yield from (str(value) for name in key_names(cell.evidence) if isinstance(value := (cell.row or {}).get(name), str))


def _texts(slot: Any) -> Iterator[str]:
    if isinstance(slot, str):
        yield slot
    elif isinstance(slot, dict):
        for value in slot.values():
            yield from _texts(value)
    elif isinstance(slot, list | tuple):
        for value in slot:
            yield from _texts(value)


def _judges(name: str) -> bool:
    return any(part in JUDGING for part in _SPLIT.split(name.casefold()))


def _without(text: str, names: Collection[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        pattern = rf"(?<![\w./\-]){re.escape(name)}(?![\w/]|[\-.:]\w)" if not _HANGUL.search(text) else re.escape(name)
        text = re.sub(pattern, lambda found: "\x00" * len(found[0]), text, flags=re.IGNORECASE)
    return text


def _loose_words(text: str) -> list[str]:
    """The words outside checkable tokens."""
    for token in scan(text):
        text = blank(text, token.start, token.end)
    return _WORD.findall(text)


def _is_known(word: str, allowed: Collection[str]) -> bool:
    if word in allowed or _stem(word) in allowed:
        return word not in JUDGING or word in allowed
    return bool(_HANGUL.search(word)) and any(word.endswith(end) and word.removesuffix(end) in allowed for end in _PARTICLES)


def _asked(question: str) -> frozenset[str]:
    return frozenset(stem for word in _WORD.findall(question) if (stem := _stem(word.casefold())) in NOUNS)


def _stem(word: str) -> str:
    """The singular of a plain English word."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _LEAST:
            return word.removesuffix(ending) + instead
    return word
