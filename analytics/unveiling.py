"""What a text says once what hides it is taken away: invisible and look-alike characters, codes, spacing, one layer of encoding."""

import base64
import binascii
import codecs
import re
import sys
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_plus

LONGEST = 8_192
MOST_DECODED = 8
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
TAGS = range(0xE0020, 0xE007F)
SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
BREAKS = "\t\r\n\v\f\x85\u2028\u2029"
ANSI = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}")
HEX = re.compile(r"(?:\\x|0x|%)?[0-9a-fA-F]{2}(?:(?:\\x|0x|%| |:)?[0-9a-fA-F]{2}){11,}")
HEX_PREFIX = re.compile(r"\\x|0x|[% :]")
PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{1,6});|&#([0-9]{1,7});")
# Letter by letter: at least six single letters, each set off by the same kind of gap.
SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*|·]{1,3}[^\W\d_]){5,}(?![^\W_])")
GAP = re.compile(r"[ .\-_*|·]{2,}")
LETTER_GAP = re.compile(r"[ .\-_*|·]")
DIGIT_IN_WORD = re.compile(r"[a-z@$!][013457@$!]|[013457@$!][a-z]")
LEET = str.maketrans("013457@$!", "oieastasi")
# Confusables (UTS #39): Cyrillic, Greek and other letters that look like a Latin one, lower case.
ALIKE = str.maketrans(
    "\u0430\u0432\u0435\u0451\u0456\u0457\u0458\u043a\u043c\u043d\u043e\u043f\u0440\u0441\u0442\u0443\u0445\u0455\u0501\u051b\u051d\u04bb\u04cf"
    "\u0261\u0251\u03b1\u03b2\u03b3\u03b5\u03b7\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u03f2",
    "abeeiijkmhonpctyxsdqwhl" + "gaabyenikvoptuxwc",
)


def visible(text: str) -> str:
    """Text as one line without terminal codes, control, direction, invisible, private and tag characters."""
    if text.isascii() and text.isprintable():
        return text
    spaced = (" " if char in BREAKS else char for char in ANSI.sub("", text))
    return "".join(char for char in spaced if is_visible(char))


def is_visible(char: str) -> bool:
    """Whether a character is drawn, by its Unicode category; selectors of variants and the filler letters of Hangul are not."""
    if char < "\x7f":
        return char >= " "
    return unicodedata.category(char) not in HIDDEN and ord(char) not in SELECTORS and char not in "\u115f\u1160\u3164\uffa0\u034f"


def readings(text: str) -> tuple[str, ...]:
    """The ways a text can be read, each once, lower case: as it shows, with look-alikes resolved, and one layer decoded.

    Time is linear in the text, of which at most 8,192 characters are read.
    """
    cut = text[:LONGEST]
    plain = _plain(cut)
    found = [plain, *map(_plain, _encoded(cut)), *_resolved(plain)]
    if SPACED.search(cut):
        found.append(_plain(SPACED.sub(_closed, cut)))
    if hidden := "".join(chr(ord(char) - 0xE0000) for char in cut if ord(char) in TAGS):
        found.append(_plain(hidden))
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    """Compatibility forms unified (fullwidth, ligatures, mathematical letters), accents kept, runs of white space as one space."""
    rows = " \n ".join(part for part in re.split(r"[\r\n\u2028\u2029]+", text) if part)
    kept = "".join(char for char in ANSI.sub("", rows) if char in {"\n", "\t"} or is_visible(char))
    return re.sub(r"[^\S\n]+", " ", unicodedata.normalize("NFKC", kept).casefold()).replace("\u2019", "'")


def _resolved(plain: str) -> Iterator[str]:
    if not plain.isascii():
        folded = plain.translate(ALIKE)
        yield folded
        yield "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    if DIGIT_IN_WORD.search(plain):
        yield plain.translate(LEET)


def _closed(found: re.Match[str]) -> str:
    """Letters set apart, as words: a wider gap stands between words."""
    return " ".join(LETTER_GAP.sub("", word) for word in GAP.split(found[0]))


def _encoded(text: str) -> Iterator[str]:
    if PERCENT.search(text):
        yield unquote_plus(text, errors="replace")
    if ESCAPED.search(text):
        yield ESCAPED.sub(_character, text)
    for run in [found[0] for found in BASE64.finditer(text)][:MOST_DECODED]:
        yield from _from_base64(run)
    for run in [found[0] for found in HEX.finditer(text)][:MOST_DECODED]:
        yield from _told(_bytes_of_hex(HEX_PREFIX.sub("", run)))
    if "rot13" in text.casefold() or "rot-13" in text.casefold():
        yield codecs.encode(text, "rot13")


def _character(found: re.Match[str]) -> str:
    code = int(found[4]) if found[4] else int(found[1] or found[2] or found[3], 16)
    return chr(code) if code <= sys.maxunicode else ""


def _from_base64(run: str) -> Iterator[str]:
    standard = run.replace("-", "+").replace("_", "/")
    whole = standard[: len(standard) - (len(standard) % 4 == 1)]
    try:
        yield from _told(base64.b64decode(whole + "=" * (-len(whole) % 4)))
    except (binascii.Error, ValueError):
        return


def _bytes_of_hex(digits: str) -> bytes:
    return bytes.fromhex(digits[: len(digits) - len(digits) % 2])


def _told(content: bytes) -> Iterator[str]:
    """Bytes as text where they are text: nearly all of it can be shown."""
    text = content.decode("utf-8", "replace")
    shown = sum(char.isprintable() and char != "\ufffd" for char in text)
    if text and shown >= 0.9 * len(text):
        yield text
