"""The value beside a secret-like name: where it ends, and whether it is one."""

from dataclasses import dataclass
from itertools import pairwise

from pipeline.redaction.checks import has_digit, is_mixed
from pipeline.redaction.engine import pattern
from pipeline.redaction.names import Class

_BLOCK = r"(?:!!?[a-z]+\s+)?[|>][-+]?[0-9]?\s{0,3}(?:\n|\\n)\s{1,40}|!!?[a-z]+[ ]"  # a YAML block
_MOST = 16_384
_CODE = (3, 8)
_SHORT = 6
_LONG = 20
_OPENING = r"(?:[bruN]?(\\*[\"'`])|(%22|%27|%5[Cc]%22|&quot;|&#3[49];|\\u002[27]|\xe2\x80\x9c|\xe2\x80\x98|\xc2\xab))"
_CLOSING = {b"\xe2\x80\x9c": b"\xe2\x80\x9d", b"\xe2\x80\x98": b"\xe2\x80\x99", b"\xc2\xab": b"\xc2\xbb"}
# Where an unquoted value ends: white space, an escaped line end, a quote that closes, the next name of a list.
_BARE_END = (
    r"[\s\x00]|\xc2\xa0|\xe2\x80\x8b|\xe3\x80\x80"
    r"|\\[nrt](?:[^a-z0-9]|[A-Za-z]|\z)|\\*[\"'`](?:[^A-Za-z0-9]|\z)|\\\"|%20|%22|%27|&quot;|%26[A-Za-z_.\-]+(?:%3[Dd]|=)"
    r"|(?:&amp;|\\u0026|[,;&])\s*\\*[\"']?[A-Za-z_][\w.\-\[\]]*\\*[\"']?\s*(?:=|:[^/]|%3[Dd])|[,;]\s|[,;]\z"
    r"|[)\]}][,;:\s)\]}]|&(?:\z|\s)|</|<[A-Za-z]{1,10}/?>|\xe2\x80[\x9c\x9d\x99\x98]|\xc2\xbb"
)
_LINE_END = (
    r"[\n\r\x00]|\\[nr]|\\*\"(?:\s*[,}\])\s:]|\z)|'(?:\s*[,}\])\s:]|\z)|\s\|\s|\}|\],|`"
    r"|[,;\]]\s+\\*[\"']?[A-Z][A-Za-z]*(?:-[A-Za-z]+)*\\*[\"']?\s*[:=]"
)
_TRAILING = b".,;:!?)]}>'\"`\\"
_STRUCTURE = r"[\[{(](?:\s*\\*[\"'][\w. \-]*\\*[\"']?\s*[:=,]|\s*[\[{(]|\s*[A-Za-z_]\w*\s*[:=]|\s|\z)"
_WORDS = (
    "true false yes no on off null nil none undefined nan empty missing required optional invalid incorrect wrong expired changed "
    "reset authentication auth authorized unauthorized failed failure failures error ok success set unset not is was for the a an "
    "and or in string str int integer number bool boolean bytes text object array any unknown unspecified default masked redacted "
    "hidden filtered removed secret password passwd token key value provided denied accepted rejected ignored disabled enabled "
    "updated created deleted rotated revoked sent received found valid validation mismatch file env from of to with basic bearer "
    "digest negotiate publickey keyboard-interactive header query cookie user session n/a na used using publickey,password loaded "
    "check checking "
)
_NOT_SECRET = frozenset(_WORDS.split())
_STAND_IN = (
    r"\A(?:\*{2,}|[xX]{3,}|\.{2,}|_{2,}|-{1,}|#{3,}|\xe2\x80\xa2{2,}|<[^>\n]{0,60}>|\[[A-Za-z_ :*]{1,40}\]"
    r"|\{\{?[^}\n]{0,60}\}?\}|\$\{?[A-Za-z_][\w.:\-]*\}?|\$\([^)\n]*\)"
    r"|%[sdrv@]|%%[0-9]+|(?i:sha256|md5|sha1|sha512):[^\s]*|%\([a-z_]+\)s|%[A-Z_]+%|\?|:[a-z_]+|&[a-z_]+;?"
    r"|[A-Za-z_][\w.]*\([^()\n]*\)?|(?:self|this|os|process|req|request|config|settings|env|options|args|params|user|data)\.[\w.\[\]\"']+"
    r"|(?i:your|my|the|some|example|sample|dummy|fake|placeholder|change)[-_ ]?(?i:me|password|passwd|secret|token"
    r"|api[-_ ]?key|key|here)[-_a-z]*)\z"
)
_OBJECT = r"\A(?:[A-Za-z_][\w.$]*[{@\[(]|(?:[A-Za-z_\-]+\.){2,}[\w\-./:]*\z|S-1-[0-9\-]+\z)"  # what a program prints of itself
_PATH = r"\A(?:~|\.{1,2}|[A-Za-z]:|file://)?(?:[/\\][A-Za-z0-9_.@\-]{1,30}){1,12}[/\\]?\z"
_NUMBERLIKE = r"\A(?:0x[0-9a-fA-F]+|-?[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d|kb|mb|gb|%)?)\z"


@dataclass(frozen=True, slots=True)
class Value:
    """A value's place in the text, and how it was written."""

    start: int
    end: int
    quoted: bool = False
    crossed_line: bool = False


class Reader:
    """Finds and judges values."""

    def __init__(self) -> None:
        self._opening, self._block, self._structure = pattern(_OPENING), pattern(_BLOCK), pattern(_STRUCTURE)
        line, listed = pattern(_LINE_END), pattern(rf"{_BARE_END}|[,;]")
        self._bare_end, self._ends = pattern(_BARE_END), {"cookie": line, "header": line, "weak": listed, "session": listed}
        self._stand_in, self._path, self._number = pattern(_STAND_IN), pattern(_PATH), pattern(_NUMBERLIKE)
        self._address = pattern(r"\A(?:https?|file)(?:://|%3[Aa])")
        self._object, self._word = pattern(_OBJECT), pattern(r"\A[a-z_]+\z")

    def is_label(self, text: bytes, value: Value) -> bool:
        """Whether `name:word` is a label, as in `sshd:auth` or `passwd:chauthtok`."""
        return (
            not value.quoted and text[value.start - 1 : value.start] == b":" and self._word.match(text[value.start : value.end]) is not None
        )

    def value(self, text: bytes, start: int, kind: Class) -> Value:
        """The value that begins at or shortly after `start`."""
        if block := self._block.match(text, start):
            return self._bare(text, block.end(), kind)
        opening = self._opening.match(text, start)
        if opening is None:
            return self._bare(text, start, kind)
        end = _closing(text, opening.end(), opening.group(1) or opening.group(2))
        return Value(opening.end(), end, quoted=True) if end >= 0 else self._bare(text, opening.end(), kind)

    def _bare(self, text: bytes, start: int, kind: Class) -> Value:
        limit = min(len(text), start + _MOST)
        ending = self._ends.get(kind, self._bare_end)
        stop = ending.search(text, start, limit)
        end = stop.start() if stop else limit
        while end > start and text[end - 1] in _TRAILING:
            end -= 1
        return Value(start, end)

    def is_structure(self, text: bytes, value: Value) -> bool:
        """Whether the value is a list or a map of further names."""
        return not value.quoted and self._structure.match(text, value.start, min(len(text), value.start + 200)) is not None

    def is_secret(self, value: bytes, kind: Class, *, quoted: bool, is_prose: bool, is_after_colon: bool = False) -> bool:
        """Whether a value beside a name of this kind is a secret and not a word, a number or a stand-in for one."""
        said = decoded_loosely(value).strip()
        word = said.lower().strip(".,;:!?()[]{}\"'\x01")
        if not word or word in _NOT_SECRET or self._stand_in.match(value.strip()):
            return False
        if said.isdigit() and len(said) < _SHORT and not quoted and is_after_colon:
            return False
        if is_prose and not quoted and not _is_random(said):
            return False
        return self._is_kind(kind, value, said)

    def _is_kind(self, kind: Class, value: bytes, said: str) -> bool:
        """What else must hold of a value by the class of its name."""
        if kind == "code":
            return said.isdigit() and _CODE[0] <= len(said) <= _CODE[1]
        if kind in {"weak", "session"}:
            return len(said) >= _SHORT and _is_random(said) and not self._is_ordinary(value, kind)
        if kind == "cookie":
            return "=" in said or _is_random(said)
        return not self._address.match(value) and not (self._path.match(value) and not is_mixed(said))

    def _is_ordinary(self, value: bytes, kind: Class) -> bool:
        """A number, a path or an object: no secret by itself."""
        return bool(self._number.match(value) and (kind == "session" or len(value) < _SHORT)) or any(
            ordinary.match(value) for ordinary in (self._path, self._object)
        )


def decoded_loosely(value: bytes) -> str:
    """For judging only: broken bytes are shown as U+FFFD."""
    return value.decode("utf-8", "replace")


def _is_random(said: str) -> bool:
    """Not a word: digits or signs among letters, or long and mixed."""
    return (has_digit(said) and len(said) >= _SHORT) or (len(said) >= _LONG and _flips(said) * 3 >= len(said))


def _flips(said: str) -> int:
    """How often the case changes; twice a word in a camel's humps."""
    return sum(one.islower() != other.islower() for one, other in pairwise(said))


def _closing(text: bytes, start: int, opening: bytes) -> int:
    """Where the quote that was opened is closed, -1 when it is not; a quote behind more backslashes belongs to the value."""
    limit, mark = min(len(text), start + _MOST), _CLOSING.get(opening, opening)
    if mark[-1:] not in b"\"'`":
        return text.find(mark, start, limit)
    depth, at = len(mark) - 1, text.find(mark[-1:], start, limit)
    while at >= 0 and _backslashes(text, at, start) > depth:
        at = text.find(mark[-1:], at + 1, limit)
    return at - min(depth, _backslashes(text, at, start)) if at >= 0 else -1


def _backslashes(text: bytes, at: int, start: int) -> int:
    """How many stand right before `at`."""
    count = 0
    while at - count > start and text[at - count - 1 : at - count] == b"\\":
        count += 1
    return count
