"""The words of a sentence or cell: stems, printed numbers, and the word lists that the readers share."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from grounding.wordlists import words

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|[^\W\d_]+")
_MINUS = re.compile(r"(?:^|[\s(])[-\u2212\u2013]\s?$")
_ORDINAL_END = frozenset({"st", "nd", "rd", "th"})
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(words("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"))
}
_ORDINAL_WORDS = {word: f"{value}th" for value, word in enumerate(words("second third fourth fifth sixth seventh eighth ninth tenth"), 2)}
_GROUPS = (
    "win won winner wins winning winned victory victorious triumph defeat beat",
    "lose lost loss losing loses losses defeated",
    "draw drew drawn tie tied ties draws",
    "team club squad side",
    "opponent opposing opposition versus",
    "attendance crowd spectator",
    "point pts",
    "score scored scoring scorer",
    "year season",
    "play played playing",
    "win_first first",
    "be is are was were been being",
    "have has had having",
    "do did does",
    "get got gotten",
    "take took taken",
    "hold held",
    "begin began begun started start",
    "end ended finish finished",
    "make made",
    "location city",
    "nation country nationality",
    "percent percentage pct",
    "population inhabitants",
    "rank ranking ranked position place placed",
    "competition tournament event",
    "man men",
    "woman women",
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "june jun",
    "july jul",
    "august aug",
    "september sep sept",
    "october oct",
    "november nov",
    "december dec",
    "stadium venue arena ground site",
    "director direct directed",
    "writer write wrote written",
    "song title name",
    "date day",
)
_SAME = {word: group.split()[0] for group in _GROUPS for word in group.split()[1:] if "_" not in group.split()[0]}
STOP = frozenset(
    words(
        """a an the of for in on at by per to from with and or be have do there it its their his her they them he she who whom whose which
        that this these those as when where while during into s t re also then than over up out about against total number amount value
        record result get take hold make end begin can could would will may might has such so but both all if because after
        before"""
    )
)
MONTHS = words("january february march april may june july august september october november december")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its stem, its place in the text, and the number it prints."""

    text: str
    stem: str
    start: int
    end: int
    value: float | None = None


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """The group of a word: endings of plural, past and progressive dropped, near synonyms joined."""
    known = _SAME.get(word) or _NUMBER_WORDS.get(word) or _ORDINAL_WORDS.get(word)
    if known:
        return known
    bare = _bare(word)
    return _SAME.get(bare, bare)


_ENDINGS = (("sses", "ss", 5), ("ches", "ch", 5), ("shes", "sh", 5), ("ies", "y", 5), ("ing", "", 6), ("ed", "", 5), ("s", "", 4))


def _bare(word: str) -> str:
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) >= least and not (ending == "s" and word.endswith(("ss", "us", "is"))):
            bare = word.removesuffix(ending) + instead
            return bare[:-1] if len(bare) > least - 1 and bare[-1:] == "e" else bare
    return word[:-1] if len(word) > len("ease") and word.endswith("e") else word


@lru_cache(maxsize=20_000)
def read_words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; "12th" is one word, a minus before a number belongs to it unless another number stands before."""
    lowered = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    found: list[Word] = []
    for match in _TOKEN.finditer(lowered):
        token, start = match[0], match.start()
        if token in _ORDINAL_END and found and found[-1].end == start and found[-1].value is not None:
            found[-1] = Word(found[-1].text + token, f"{found[-1].value:g}th", found[-1].start, match.end(), found[-1].value)
        elif token[0].isdigit() or token[0] == ".":
            found.append(_numeral(lowered, token, start, found))
        else:
            stem = stem_of(token)
            found.append(Word(token, stem, start, match.end(), float(stem) if stem.isdigit() else None))
    return tuple(found)


def _numeral(text: str, token: str, start: int, before: list[Word]) -> Word:
    value = float(token.replace(",", ""))
    follows_number = bool(before) and before[-1].value is not None and not text[before[-1].end : start].strip(" -\u2212\u2013/:.,")
    if _MINUS.search(text[max(0, start - 3) : start]) and not follows_number:
        value = -value
    return Word(token, f"{value:.12g}", start, start + len(token), value)
