"""Korean particles by the last sound of the word before them: "checkout은", "5건이", "404로"."""

import re

_BLANK = re.compile(r"\{(\w+)\}(?:\((은|이|을|과|으로)\))?")
# Behind a consonant, behind a vowel. 으로 also becomes 로 behind ㄹ.
_PAIRS = {"은": ("은", "는"), "이": ("이", "가"), "을": ("을", "를"), "과": ("과", "와"), "으로": ("으로", "로")}
_FIRST, _LAST, _FINALS, _RIEUL = 0xAC00, 0xD7A3, 28, 8
# How digits and single letters are read in Korean: 영 일 이 삼 …, 엘 엠 엔 알.
_DIGITS = {"0": "영", "1": "일", "2": "이", "3": "삼", "4": "사", "5": "오", "6": "육", "7": "칠", "8": "팔", "9": "구"}
_LETTERS = {"L": "엘", "M": "엠", "N": "엔", "R": "알"}
_UNITS = {"%": "트", "ms": "초", "us": "초", "ns": "초", "B": "트", "s": "초", "UTC": "시"}
_ENDINGS = (
    (re.compile(r"(?:[aeiou]ng|ng)$"), "응"),
    (re.compile(r"(?:l|le|ll)$"), "을"),
    (re.compile(r"m$|me$"), "음"),
    (re.compile(r"n$|[aeiou]ne$"), "은"),
    (re.compile(r"(?:[aeiou](?:ck|c|k)|ok)$"), "윽"),
    (re.compile(r"[aeiou]p$"), "읍"),
    (re.compile(r"(?:[aeo]|ou|u|i)t$"), "읏"),
)
_WORD = re.compile(r"[A-Za-z]+$")
_CLOSING = "”\"')]}>\u203a…., "


def fill(shape: str, /, **parts: object) -> str:
    """A shape whose blanks are filled, each particle in brackets behind a blank in the form its word asks for."""

    def filled(blank: re.Match[str]) -> str:
        word = str(parts[blank[1]])
        return word + (particle(word, blank[2]) if blank[2] else "")

    return _BLANK.sub(filled, shape)


def particle(word: str, kind: str) -> str:
    """은/는, 이/가, 을/를, 과/와 or 으로/로 behind a word; `kind` is the form behind a consonant."""
    behind_consonant, behind_vowel = _PAIRS[kind]
    final = _final_of(word)
    return behind_vowel if final == 0 or (kind == "으로" and final == _RIEUL) else behind_consonant


def _final_of(word: str) -> int:
    """The number of the final consonant of a word as read aloud, 0 for none."""
    bare = word.rstrip(_CLOSING)
    if not bare:
        return 0
    syllable = _spoken(bare)
    return (ord(syllable) - _FIRST) % _FINALS if _FIRST <= ord(syllable) <= _LAST else 0


def _spoken(word: str) -> str:
    """The last syllable as it is read; what has no reading is taken to end in a vowel."""
    last = word[-1]
    letters = _WORD.search(word)
    if letters is None:
        return _DIGITS.get(last, _UNITS.get(last, last))
    latin = letters[0]
    if latin in _UNITS:
        return _UNITS[latin]
    if latin.isupper():
        return _LETTERS.get(last, "아")
    return next((syllable for pattern, syllable in _ENDINGS if pattern.search(latin.lower())), "아")
