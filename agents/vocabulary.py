"""The words of operations: stems, concepts that gather synonyms, and what is only grammar."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from grounding.korean.gloss import gloss

SOURCE = Path(__file__).with_name("vocabulary.yaml")
_VARIANTS: tuple[tuple[str, str], ...] = (
    (r"\bbrute[\s-]*forc(?:e|ed|ing)\b", "bruteforce"),
    (r"\b(?:break|broke|broken|breaking)[\s-]*in(?:s|to)?\b", "intrusion"),
    (
        r"\b(?:log|logs|logged|logging|sign|signed|signing)[\s-]+in(?:s|to)?\b(?!\s+(?:the|this|these|last|past|our|my|between|each|total|all|every|\d)\b)",
        "login",
    ),
    (r"\b(?:get|got|gotten|getting)\s+in\b", "succeed"),
    (r"\b(?:time|timed|timing)[\s-]*outs?\b", "timeout"),
    (r"\b(?:roll|rolled|rolling)[\s-]*out\b", "rollout"),
    (r"\buser[\s-]*agents?\b", "useragent"),
    (r"\b(?:call|service)[\s-]*(?:graph|map)\b", "callgraph"),
    (r"\b(?:non-?existent|no such)\s+(?=user|account)", "nonexistent "),
    (r"n't\b", " not"),
    (r"\broot[\s-]+cause", "cause"),
    (r"\bsources?\s+of\s+(?:all\s+)?(?:the|these|this|those|our|any)?\s*(?=error|problem|trouble|failure|issue|outage|slow)", "cause of "),
    (r"\btalks?\s+to\b", "calls"),
    (r"\btime\s+(?:span|range)\b", "range"),
    (r"\b(?:went|going|goes)\s+live\b", "deployed"),
    (r"\b(?:going|goes|went)\s+on\b|\bwhat'?s\s+up\b", "happening"),
    (r"\b([1-5]\d\d|[1-5]xx)s\b", r"\1"),
    (r"\bper\s+second\b", "rate"),
    (r"\bn\s*\+\s*1\b", "nplusone"),
    (r"\b(?:go|goes|going|went|gone)[\s-]+up\b", "increase"),
    (r"\b(?:went|gone|going|goes)\s+(?:sideways|south|haywire|bad)\b|\b(?:fell|fallen|falls)\s+over\b", "failed"),
    (r"\b(?:run|ran|runs|running)\s+(?:out\s+of|full)\b|\bfill(?:ed|ing|s)?[\s-]+up\b", "full"),
    (r"\b(?:self|own|exclusive)[\s-]+time\b", "selftime"),
    (r"\bfrom\s+when\s+(?:to|until|till)\s+when\b", "range"),
)
_SPELLINGS = tuple((re.compile(pattern), instead) for pattern, instead in _VARIANTS)
LONGEST_PHRASE = 3
FOREIGN_WEIGHT = 3
NUMBER_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twenty": 20}
MIN_STEM = 3
LEAST_ENDED = 4


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its English ending; crude, but equal for the forms of one word."""
    if len(word) <= MIN_STEM or not word.isalpha():
        return word
    word = word.removesuffix("s") if word.endswith("ings") else word
    for ending, instead, least in (
        ("iest", "y", 2),
        ("ies", "y", 2),
        ("sses", "ss", 2),
        ("ing", "", 3),
        ("eed", "eed", 2),
        ("ed", "", 3),
        ("est", "", 4),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= least and _is_syllable(word[: -len(ending)]):
            return _undoubled(word[: -len(ending)] + instead)
    return _undoubled(_singular(word))


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """The content of a text: stems of its words, and `~concept` for each concept they name."""
    return tuple(token for token in _tokens(plain_words(text)) if token)


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, with spelling variants of set phrases made one."""
    lowered = gloss(text).text.lower().replace("\u2019", "'")
    for pattern, instead in _SPELLINGS:
        lowered = pattern.sub(instead, lowered)
    return re.findall(r"[a-z]+[0-9]*|[1-5]xx|\d+", re.sub(r"'s\b", "", lowered))


def concepts(found: tuple[str, ...]) -> frozenset[str]:
    """The names of the concepts among some tokens."""
    return frozenset(token[1:] for token in found if token.startswith("~"))


def knowledge(text: str) -> tuple[int, int, int]:
    """How many content words are (strongly operations, weakly operations, foreign to operations)."""
    strong = weak = foreign = 0
    lexicon = _lexicon()
    for word in plain_words(text):
        if is_grammar(word):
            continue
        stemmed = stem(word)
        named = lexicon.concept_of.get(stemmed, frozenset())
        strong += bool(named - lexicon.weak) or stemmed in lexicon.known
        weak += bool(named) and not named - lexicon.weak
        is_unknown = not named and stemmed not in lexicon.known | lexicon.neutral and not word.isdigit()
        foreign += FOREIGN_WEIGHT if stemmed in lexicon.foreign else is_unknown
    return strong, weak, foreign


def is_stop(word: str) -> bool:
    """Whether a word is only grammar."""
    return word in _lexicon().stop or stem(word) in _lexicon().stop


def is_grammar(word: str) -> bool:
    """Whether a word is only grammar and stands for no concept either."""
    return is_stop(word) and stem(word) not in _lexicon().concept_of


def is_known(word: str) -> bool:
    """Whether a word stands in the vocabulary, as a concept or as ordinary speech about operations."""
    lexicon, stemmed = _lexicon(), stem(word)
    return stemmed in lexicon.concept_of or stemmed in lexicon.known | lexicon.neutral or is_stop(word) or is_qualifier(word)


def is_synonym(stemmed: str) -> bool:
    """Whether a stem stands for a concept, so that the concept says it as well."""
    return stemmed in _lexicon().concept_of


def is_qualifier(word: str) -> bool:
    """Whether a word is said of a service ("the affected service") and is not the name of one."""
    is_ended = len(word) > LEAST_ENDED and word.endswith(("ed", "est"))
    return is_ended or word in _lexicon().qualifier


def _tokens(words: list[str]) -> Iterator[str]:
    stems = [stem(word) for word in words]
    at = 0
    while at < len(stems):
        length = _phrase_at(stems, at)
        for concept in sorted(_lexicon().concept_of.get("-".join(stems[at : at + length]), ())):
            yield f"~{concept}"
        yield from (stems[i] for i in range(at, at + length) if not words[i].isdigit() and not is_stop(words[i]))
        at += length


def _phrase_at(stems: list[str], at: int) -> int:
    for length in range(LONGEST_PHRASE, 1, -1):
        if at + length <= len(stems) and "-".join(stems[at : at + length]) in _lexicon().concept_of:
            return length
    return 1


@dataclass(frozen=True, slots=True)
class _Lexicon:
    concept_of: Mapping[str, frozenset[str]]
    weak: frozenset[str]
    known: frozenset[str]
    neutral: frozenset[str]
    foreign: frozenset[str]
    stop: frozenset[str]
    qualifier: frozenset[str]


@cache
def _lexicon() -> _Lexicon:
    source = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    stems = {name: frozenset(stem(word) for word in source[name].split()) for name in ("known", "neutral", "foreign")}
    plain = {name: frozenset(source[name].split()) for name in ("weak", "stop", "qualifier")}
    return _Lexicon(concept_of=_concept_of(source["concepts"]), **plain, **stems)


def _concept_of(concepts_as_text: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept, entries in concepts_as_text.items():
        for entry in entries.split():
            found.setdefault("-".join(stem(word) for word in entry.split("-")), set()).add(concept)
    return {entry: frozenset(names) for entry, names in found.items()}


def _singular(word: str) -> str:
    if word.endswith(("ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undoubled(word: str) -> str:
    if len(word) > MIN_STEM and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word.removesuffix("e") if len(word) > MIN_STEM else word


def _is_syllable(rest: str) -> bool:
    return any(vowel in rest for vowel in "aeiouy")
