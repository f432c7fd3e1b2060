"""What a model's reply holds: its one JSON value, mended only where there is one way to, or the sentences of its prose."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST_REPLY = 40_000
DEEPEST = 16
MOST_SENTENCES = 12
LONGEST_SENTENCE = 300
LEAST_WORDS = 2
THOUGHTS = ("think", "thinking", "thought", "reasoning", "scratchpad")
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_REFUSAL = re.compile(
    r"\W{0,8}(?:i['\u2019]?m sorry|i am sorry|sorry\b|i (?:cannot|can not|can['\u2019]t|won['\u2019]t|will not)|i must decline"
    r"|i am (?:un|not )able|as an ai\b|unfortunately, i )",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^\s*(?:```|~~~)\w*\s*$", re.MULTILINE)
_MARKER = re.compile(r"^\s*(?:[#>*+|\-\u2022]+|\d{1,2}[.)])\s*")
_RULE = re.compile(r"^[\s|:\-=_*+]*$")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\uac00-\ud7a3\"\u201c\d/])")


class ReplyError(ValueError):
    """A reply that holds no one answer; the message says why, for the model to read."""


def value_in(reply: str) -> Any:
    """The one JSON object of a reply (or list, when that is all of it), without unseen characters; raises ReplyError."""
    text = spoken(reply)
    if not text:
        raise ReplyError("the answer is empty")
    whole = _FENCE.sub("", text).strip()
    if whole.startswith("["):
        return _parsed(_tidy(whole)[0])
    values, faults = _values(text)
    if len(values) > 1:
        raise ReplyError(f"there are {len(values)} different JSON objects; give one")
    if values:
        return values[0]
    raise ReplyError(faults[0] if faults else _why_none(text))


def _values(text: str) -> tuple[list[Any], list[str]]:
    """The different JSON objects of a text, and what was wrong with those that are none."""
    values: list[Any] = []
    faults: list[str] = []
    for found in _objects(text):
        try:
            value = _parsed(found)
        except ReplyError as error:
            faults.append(str(error))
            continue
        if value not in values:
            values.append(value)
    return values, faults


def spoken(reply: str) -> str:
    """What a reply says: thoughts, control characters and what is over the longest reply taken off."""
    text = reply.removeprefix("\ufeff")[:LONGEST_REPLY]
    for name in THOUGHTS:
        text = _without_thoughts(text, f"<{name}>", f"</{name}>")
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in UNSEEN).strip()


def _without_thoughts(text: str, opened: str, closed: str) -> str:
    """The text behind the last end of a thought; one that never ends swallows the rest."""
    text = text[text.rfind(closed) + len(closed) :] if closed in text else text
    return text.partition(opened)[0]


def is_refusal(text: str) -> bool:
    """Whether a text begins as models do when they will not answer."""
    return _REFUSAL.match(text) is not None


def sentences_in(reply: str) -> tuple[str, ...]:
    """The sentences of a reply in prose, lists or tables, each once and cut; none of a refusal or of broken JSON."""
    text = _FENCE.sub("", spoken(reply)).strip()
    if is_refusal(text) or text.startswith(("{", "[")):
        return ()
    found = (part for line in text.splitlines() for part in _of_line(line))
    return tuple(dict.fromkeys(found))


def sentence(text: str) -> str:
    """A text as one clean line, cut to the longest sentence."""
    visible = "".join(" " if char in "\n\t\r" else char for char in text if char in "\n\t\r" or unicodedata.category(char) not in UNSEEN)
    flat = " ".join(visible.split())
    return flat if len(flat) <= LONGEST_SENTENCE else flat[: LONGEST_SENTENCE - 1] + "\u2026"


def _of_line(line: str) -> Iterator[str]:
    bare = _MARKER.sub("", line).replace("**", "").replace("|", " ")
    if _RULE.match(bare):
        return
    for part in _END.split(bare):
        said = sentence(part)
        if len(said.split()) >= LEAST_WORDS and any(char.isalpha() for char in said):
            yield said


def _objects(text: str) -> Iterator[str]:
    """Every whole JSON object that stands in no other, without trailing commas."""
    at = text.find("{")
    while at >= 0:
        found, length = _tidy(text[at:])
        if length:
            yield found
        at = text.find("{", at + max(length, 1)) if length else -1


def _tidy(text: str) -> tuple[str, int]:
    """A JSON value at the start of a text without its trailing commas, and how long it was; 0 when it does not end."""
    kept: list[str] = []
    depth, in_string, is_escaped = 0, False, False
    for place, char in enumerate(text):
        if in_string:
            in_string, is_escaped = is_escaped or char != '"', char == "\\" and not is_escaped
        elif char == '"':
            in_string = True
        elif char in "{[":
            depth += 1
        elif char in "}]":
            depth -= 1
            _drop_comma(kept)
        if depth > DEEPEST:
            raise ReplyError(f"the JSON is nested more than {DEEPEST} deep")
        kept.append(char)
        if depth == 0:
            return "".join(kept), place + 1
    return "".join(kept), 0


def _drop_comma(kept: list[str]) -> None:
    last = next((place for place in range(len(kept) - 1, -1, -1) if not kept[place].isspace()), -1)
    if last >= 0 and kept[last] == ",":
        del kept[last:]


def _parsed(text: str) -> Any:
    try:
        return _cleaned(json.loads(text, object_pairs_hook=_once, parse_constant=_refused))
    except (ValueError, RecursionError) as error:
        raise ReplyError(f"that is no JSON ({error})") from error


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys each have one value; two different values for one are no answer."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if found.setdefault(name, value) != value:
            raise ReplyError(f"the key {name!r} is given twice")
    return found


def _refused(name: str) -> Any:
    raise ReplyError(f"{name} is no JSON value")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        is_plain = value.isprintable()
        return value if is_plain else "".join(char for char in value if char in "\n\t" or unicodedata.category(char) not in UNSEEN)
    if isinstance(value, Mapping):
        return {str(_cleaned(name)): _cleaned(item) for name, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def _why_none(text: str) -> str:
    if is_refusal(text):
        return "the model refused to answer"
    if "{" not in text:
        return "there is no JSON object"
    return "the JSON object is cut off or malformed"
