"""Reads lines of any encoding we know, numbered and bounded in length, from blocks of bytes."""

import codecs
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from domain.errors import WrongUseError
from pipeline.source import Content

LINE_LIMIT = 1 << 20
_SHOWN_OF_LONG = 500
_SAMPLE_CHARS = 65_536
_RUBBISH_SHARE = 0.2
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}


class Line(NamedTuple):
    """A line without its end, numbered from 1; `fault` says why it cannot be taken (its text is then cut)."""

    number: int
    text: str
    fault: str = ""
    flawed: bool = False


def read_lines(content: Content, limit: int = LINE_LIMIT) -> Iterator[Line]:
    """The lines of a content. A line over `limit` bytes comes as a fault and is never held whole."""
    blocks = _as_utf8(content.blocks())
    for number, (raw, length) in enumerate(_split(blocks, limit), start=1):
        if length > limit:
            yield Line(number, _text(raw[:_SHOWN_OF_LONG])[0], f"the line is {length:,} bytes long; at most {limit:,} are taken")
        elif content.cut and length < 0:
            yield Line(number, _text(raw[:_SHOWN_OF_LONG])[0], f"the line is cut off: {content.cut}")
        else:
            text, flawed = _text(raw)
            yield Line(number, text, "", flawed)


def refuse_rubbish(name: str, head: bytes) -> None:
    """Raises WrongUseError when the first bytes of a content are not text in an encoding we know."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    text = head[:_SAMPLE_CHARS].decode("utf-8", "replace")
    bad = sum(1 for char in text if ord(char) in _CONTROLS or char == "\ufffd")
    if bad > _RUBBISH_SHARE * max(len(text), 1):
        raise WrongUseError(
            f"{name!r} is not text: {bad / len(text):.0%} of its first characters are control or broken bytes. Nothing was loaded."
        )


def _split(blocks: Iterable[bytes], limit: int) -> Iterator[tuple[bytes, int]]:
    """Raw lines with their lengths; the length of a last line without an end is negative."""
    kept, length = b"", 0
    for block in blocks:
        pieces = block.split(b"\n")
        if len(pieces) == 1:
            length += len(block)
            kept = kept + block if length <= limit else (kept + block)[:_SHOWN_OF_LONG]
            continue
        first = pieces[0]
        yield kept + first[: limit + 1], length + len(first)
        for piece in pieces[1:-1]:
            yield piece, len(piece)
        kept, length = pieces[-1], len(pieces[-1])
    if length:
        yield kept, length if length > limit else -length


def _text(raw: bytes) -> tuple[str, bool]:
    raw = raw.removesuffix(b"\r")
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), True


def _as_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(blocks, b"")
    for bom, encoding in _BOMS:
        if first.startswith(bom):
            yield from _recoded(first[len(bom) :], blocks, encoding)
            return
    yield first
    yield from blocks


def _recoded(first: bytes, blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield first
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
