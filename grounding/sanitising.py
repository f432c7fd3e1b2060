"""Text that leaves, for every channel: one line of it, a page of Markdown, a terminal, a cell of a spreadsheet, a whole document."""

import re
from collections.abc import Mapping
from typing import Any

from analytics.unveiling import is_visible, visible

LONGEST_LINE = 600
ARROW = "\u203a"
# Endings of hosts that chats and mail programs make links of; names of files and packages end otherwise.
ENDINGS = (
    "com|net|org|edu|gov|mil|int|info|biz|name|pro|io|dev|app|xyz|site|online|top|shop|store|tech|club|space|live|link|click|cloud|host|website"
    "|page|blog|news|example|test|invalid|localhost|onion|ru|cn|de|uk|fr|nl|eu|kr|jp|br|pl|it|es|ch|se|us|ca|au|tk|ml|ga|cf|gq|ws|cc|tv|me"
)
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ADDRESS = re.compile(r"\b(https?|ftp|ftps|sftp|wss?|file|gopher|ldaps?|ssh|git)://([^\s/?#<>\"'(){}|\\]{0,255})", re.IGNORECASE)
ACTIVE = re.compile(r"\b(javascript|vbscript|data|mailto|tel|blob|about|intent|file)(:)(?=[^\s:]{2})", re.IGNORECASE)
SLASHED = re.compile(r"(?<![:\w/.\]])//((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})", re.IGNORECASE)
# An address whose scheme is glued to other letters or percent-encoded.
ENCODED = re.compile(r"(?<=:|a)(?://|%2f%2f)(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
BARE = re.compile(rf"(?<![\w.@/\\-])(?:{LABEL}\.){{1,8}}(?:{ENDINGS})(?![\w-]|\.[a-z0-9])", re.IGNORECASE)
HOST_WITH_PATH = re.compile(rf"(?<![\w.@/\\-])(?:{LABEL}\.){{1,8}}[a-z]{{2,24}}(?=/[\w?#%])", re.IGNORECASE)
NUMBERED = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?=(?::\d{1,5})?/[\w?#%])")
HERE = re.compile(r"(\bhttp://(?:127\.0\.0\.1|localhost):\d{1,5}(?![\w/.:@?#-]))")
WWW = re.compile(r"\bwww\.(?=\w)", re.IGNORECASE)
MENTION = re.compile(r"(?<!\w)@(?=(?:here|channel|everyone|all|team)\b)", re.IGNORECASE)
MARKUP = str.maketrans({"<": "\u2039", "`": "'", "[": "(", "]": ")"})
KEPT = (("[.]", "\x00"), ("[:]", "\x01"))
OWN_ROUTE = r"(?:/api/evidence/|\#evidence)[\w./-]{0,120}"
LINK = re.compile(rf"\]\((?!{OWN_ROUTE}\))")
DEFINITION = re.compile(r"\[([^\]\n]{1,120})\]:(?=\s)")
TAG = re.compile(r"<(?=[A-Za-z/!?])")
FORMULA = re.compile(r"[=+@\t\r]|-(?=[^\s\d-])")
# What holds identifiers, times and the evidence itself, which stay as they are.
UNTOUCHED = frozenset(
    {"evidence", "question", "slots", "bind", "params", "rows", "usage", "prompt_versions", "run_id", "thread_id", "trace_id"}
)


def disarmed(text: str) -> str:
    """Text in which nothing acts: no live address, tag, markup of links, code or mention. Twice is as once."""
    for kept, stand_in in KEPT:
        text = text.replace(kept, stand_in)
    plain = text.translate(MARKUP)
    plain = plain.replace(">", ARROW) if "<" in text else plain
    for kept, stand_in in KEPT:
        plain = plain.replace(stand_in, kept)
    return MENTION.sub("@ ", defanged(plain))


def defanged(text: str) -> str:
    """Text whose addresses cannot be followed: `hxxps://host[.]example/path`, also for bare hosts."""
    found = ADDRESS.sub(_broken, text)
    found = ENCODED.sub(lambda host: host[0].replace(".", "[.]"), found)
    found = SLASHED.sub(lambda host: f"/ /{host[1].replace('.', '[.]')}", found)
    found = ACTIVE.sub(r"\1[:]", WWW.sub("www[.]", found))
    for pattern in (BARE, HOST_WITH_PATH, NUMBERED):
        found = pattern.sub(lambda host: host[0].replace(".", "[.]"), found)
    return found


def inline(text: str, longest: int = LONGEST_LINE) -> str:
    """Text from anywhere as one line that may stand in any channel."""
    flat = " ".join(visible(text.replace("\x00", " ").replace("\x01", " ")).split())
    return disarmed(flat if len(flat) <= longest else f"{flat[: longest - 1].rstrip()}…")


def guarded(markdown: str) -> str:
    """A page of our Markdown once more, whole: no image, HTML, foreign link or unseen character; links to evidence stay."""
    seen = "\n".join(visible(line) for line in markdown.split("\n"))
    plain = TAG.sub("\u2039", seen.replace("![", "! ["))
    return defanged(DEFINITION.sub(r"(\1):", LINK.sub("] (", plain)))


def terminal(text: str) -> str:
    """Text for a terminal, line by line: nothing in it moves the cursor, hides or can be clicked.

    The bare address of a service of this machine stays whole: errors name it so that it can be opened.
    """
    return "\n".join(_abroad(visible(line)) for line in text.split("\n"))


def _abroad(line: str) -> str:
    return "".join(piece if place % 2 else defanged(piece) for place, piece in enumerate(HERE.split(line)))


def escaped(json_text: str) -> str:
    """JSON text with every character that cannot be seen as its escape."""
    if json_text.isascii():
        return json_text
    return "".join(char if char == "\n" or is_visible(char) else _escape(char) for char in json_text)


def spreadsheet(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def shared(value: Any) -> Any:
    """A document for another system: all its strings disarmed but those of evidence and identifiers."""
    if isinstance(value, str):
        return value if value.isascii() and value.isalnum() else inline(value, 20_000) if "\n" not in value else guarded(value)
    if isinstance(value, Mapping):
        return {name: item if name in UNTOUCHED else shared(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [shared(item) for item in value]
    return value


def _broken(found: re.Match[str]) -> str:
    scheme = found[1]
    shown = f"{scheme[0]}xx{scheme[3:]}" if scheme.casefold().startswith("http") else f"{scheme}[:]"
    return f"{shown}{'://' if shown[1:3] == 'xx' else '//'}{found[2].replace('[.]', '.').replace('.', '[.]')}"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
