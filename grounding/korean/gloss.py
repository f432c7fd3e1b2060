"""A Korean sentence said in the words of English, so that one reader serves both; what cannot be said so is named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from grounding.korean.constructions import constructed
from grounding.korean.figures import figures
from grounding.korean.wordings import LOADER, wordings

HANGUL = re.compile(r"[가-힣]")
LONGEST = 2_000
_RUN = re.compile(r"[가-힣]+")
_SPLIT = re.compile(r"(?<=[A-Za-z0-9_%\])/”\"\ue000-\uf8ff])(?=[가-힣])")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|\u2018[^\u2019]*\u2019|'[^']*'|`[^`]*`")
_KEPT = 0xE000
_MOST_KEPT = 0x1800
_ENDING = re.compile(
    r"(?:했|됐|하였|되었|이었|였|었|았|겠|셨|시|려)?"
    r"(?:합니다|합니까|됩니다|됩니까|입니다|입니까|습니다|습니까|니다|니까|는다|한다|된다|이다|다|하는|되는|는|한|된|인|은|을|할|될|던|음|임|함|됨"
    r"|하고|되고|고|하며|되며|으며|며|면서|으면|하면|되면|면|지만|하지만|지|해서|돼서|어서|아서|여서|서|해|돼|어|아|여|어요|아요|여요|해요|돼요|에요"
    r"|하나요|되나요|나요|은가요|한가요|인가요|가요|을까요|할까요|까요|을까|까|네요|네|으니|니|냐|하기|되기|기|하게|되게|게|도록|자|는데|은데|한데|인데|데"
    r"|요|죠|거나|든지|든|으나|나|아도|어도|도|므로|으므로|라|라서|려면|으려면|줘|주세요|줘요|봐|보세요|세요)?"
    r"(?:요|만|도|은|는|이|가|을|를|의|에|지|고)?"
)
_BLAMED = re.compile(
    r"(?P<cause>\S.*?)(?:이|가) (?P<effect>\S.*?)의 원인(?P<how>으로 보[가-힣]+|일 (?:수|가능성)[가-힣 ]+|입니다|이었습니다|이다)"
)
_HEDGES = (("으로 보", "likely "), ("일 ", "possibly "), ("", ""))
_VALUE = r"(?:(?:약|초당|분당|시간당) )*\d\S*(?: \d\d:\S+ UTC)?(?: (?:이상|이하|초과|미만|이외))?|\S+"


@dataclass(frozen=True, slots=True)
class Gloss:
    """A text in English words, and the Korean words that have none here."""

    text: str
    unread: tuple[str, ...] = ()


def is_korean(text: str) -> bool:
    """Whether there is Hangul in a text outside of quotations."""
    return HANGUL.search(text) is not None and HANGUL.search(_QUOTED.sub("", text)) is not None


def gloss(text: str, kept: Iterable[str] = ()) -> Gloss:
    """The gloss of a text; quotations, Latin text and the names in `kept` stay as they are."""
    names = tuple(sorted({name for name in kept if HANGUL.search(name) and name in text}, key=len, reverse=True))
    return _gloss(text, names) if is_korean(text) else Gloss(text)


@lru_cache(maxsize=512)
def _gloss(text: str, names: tuple[str, ...]) -> Gloss:
    masked, kept = _masked(text, names)
    if not HANGUL.search(masked):
        return Gloss(text)
    if len(masked) > LONGEST:
        return Gloss(text, ("…",))
    unread: list[str] = []
    said = _SPLIT.sub(" ", figures(_labelled(_framed(masked))))
    words = [word for run in constructed(said).split() for word in _read(run, unread)]
    return Gloss(_unmasked(_joined(words), kept), tuple(dict.fromkeys(unread)))


def _masked(text: str, names: tuple[str, ...]) -> tuple[str, list[str]]:
    """Quotations and names as single marks."""
    kept: list[str] = []

    def mark(found: re.Match[str]) -> str:
        kept.append(found[0])
        return chr(_KEPT + len(kept) - 1) if len(kept) < _MOST_KEPT else found[0]

    text = _QUOTED.sub(mark, text)
    return (re.sub("|".join(map(re.escape, names)), mark, text) if names else text), kept


def _unmasked(text: str, kept: list[str]) -> str:
    return "".join(kept[ord(char) - _KEPT] if _KEPT <= ord(char) < _KEPT + len(kept) else char for char in text)


def _framed(text: str) -> str:
    """The sentences with a shape of their own put in English order: phrases of columns."""
    bare = text.strip().rstrip(".")
    if blamed := _BLAMED.fullmatch(bare):
        hedge = next(english for korean, english in _HEDGES if blamed["how"].startswith(korean))
        return f"{blamed['cause']} {hedge}caused the trouble of {blamed['effect']}."
    for pattern, english in _phrases():
        if found := pattern.fullmatch(bare):
            return english.format(subject=found["subject"], value=found["value"]) + "."
    return text


def _labelled(text: str) -> str:
    """Labels of columns in English, the longest first; a particle may follow."""
    pattern, english = _labels()
    return pattern.sub(lambda it: f"{english[it[1]]} ", text)


@cache
def _labels() -> tuple[re.Pattern[str], Mapping[str, str]]:
    english: dict[str, str] = {}
    for name, korean in wordings()["labels"].items():
        if len(korean) > 1:
            english.setdefault(korean, name)
    particles = "|".join(sorted(_glossary().particles, key=len, reverse=True))
    labels = "|".join(re.escape(label) for label in sorted(english, key=len, reverse=True))
    return re.compile(rf"(?<![가-힣])({labels})(?=(?:{particles})?(?![가-힣]))"), english


@cache
def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each phrase as a pattern over Korean, with its English; the one that says most first."""
    forms = {"은": "[은는]", "이": "[이가]", "을": "[을를]", "과": "[과와]", "으로": "(?:으로|로)"}
    made = []
    for english, korean in sorted(wordings()["phrases"].items(), key=lambda it: -len(it[1])):
        pattern = re.sub(r"\\\((은|이|을|과|으로)\\\)", lambda it: forms[it[1]], re.escape(korean))
        pattern = pattern.replace(r"\{subject\}", r"(?P<subject>\S(?:[^.]*?\S)??)").replace(r"\{value\}", f"(?P<value>{_VALUE})")
        made.append((re.compile(pattern), english))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Glossary:
    particles: frozenset[str]
    behind: Mapping[str, str]
    words: Mapping[str, str]
    exact: Mapping[str, str]


@cache
def _glossary() -> _Glossary:
    text = files("grounding.korean").joinpath("glossary.yaml").read_text(encoding="utf-8")
    tables: dict[str, Any] = yaml.load(text, Loader=LOADER)  # noqa: S506  both are safe loaders
    return _Glossary(frozenset(tables["particles"].split()), tables["behind"], tables["words"], tables["exact"])


def _read(run: str, unread: list[str]) -> Iterator[str]:
    """The English words of a run of letters between spaces; Korean ones that are not known are named."""
    for part in re.split(r"([가-힣]+)", run):
        if not HANGUL.match(part):
            yield part
            continue
        found = _said(part)
        if found is None:
            unread.append(part)
        yield from ("unread",) if found is None else found


@lru_cache(maxsize=4096)
def _said(word: str) -> tuple[str, ...] | None:
    """A Korean word by its longest known beginning and what may follow one; None when it cannot be read."""
    glossary = _glossary()
    if word in glossary.exact:
        return (glossary.exact[word],)
    if word in glossary.behind:
        return (glossary.behind[word],)
    if word in glossary.particles:
        return ()
    for length in range(len(word), 0, -1):
        stem = glossary.words.get(word[:length], glossary.exact.get(word[:length]))
        if stem is not None and (rest := _rest(word[length:], is_short=length == 1)) is not None:
            return (stem, *rest)
    return () if len(word) > 1 and _ENDING.fullmatch(word) else None


def _rest(ending: str, *, is_short: bool) -> tuple[str, ...] | None:
    glossary = _glossary()
    if ending in glossary.behind:
        return (glossary.behind[ending],)
    if ending in glossary.particles or _ENDING.fullmatch(ending):
        return ()
    return None if is_short else _said(ending)


def _joined(words: list[str]) -> str:
    text = " ".join(word for word in words if word)
    return re.sub(r"\s+([.,;:?!)])", r"\1", text)
