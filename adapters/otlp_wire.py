"""Cuts a large OTLP request in protobuf into small ones without parsing it: its messages take up to seventy times its bytes."""

from collections.abc import Iterator

from domain.errors import TooLargeError, WrongUseError

# All three signals number their fields alike: request {1: groups}, group {1: resource, 2: scopes}, scope {1: scope, 2: records}.
_GROUPS, _SCOPES, _RECORDS = 1, 2, 2
_PIECE = 1 << 20
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10
_Span = tuple[int, int]


def pieces(body: bytes, most: int) -> Iterator[bytes]:
    """Requests of about a mebibyte that hold the records of a body in their order.

    Raises WrongUseError for bytes that are no message, TooLargeError for more than `most` records, groups and scopes
    together or for one that is larger than a mebibyte.
    """
    budget = _Budget(most)
    for group in _inner(body, (0, len(body)), _GROUPS, budget)[1]:
        head, scopes = _inner(body, group, _SCOPES, budget)
        for held in _gathered(_parts(body, scopes, budget)):
            yield _field(_GROUPS, head + held)


def _parts(body: bytes, scopes: list[_Span], budget: "_Budget") -> Iterator[bytes]:
    """The scopes of a group, those that are large in several parts."""
    for scope in scopes:
        head, records = _inner(body, scope, _RECORDS, budget)
        for held in _gathered(_checked(body, records)):
            yield _field(_SCOPES, head + held)


def _checked(body: bytes, records: list[_Span]) -> Iterator[bytes]:
    for start, end in records:
        if end - start > _PIECE:
            raise TooLargeError(f"One record is larger than {_PIECE} bytes.")
        yield _field(_RECORDS, body[start:end])


def _gathered(fields: Iterator[bytes]) -> Iterator[bytes]:
    """Fields one after the other, about a mebibyte at a time."""
    held: list[bytes] = []
    size = 0
    for field in fields:
        held.append(field)
        if (size := size + len(field)) >= _PIECE:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


class _Budget:
    """How many messages may still come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooLargeError(f"A request may hold {self._most:,} records; send smaller batches.")


def _inner(body: bytes, span: _Span, wanted: int, budget: _Budget) -> tuple[bytes, list[_Span]]:
    """The other fields of a message as they are, and where its wanted ones are."""
    others: list[bytes] = []
    found: list[_Span] = []
    at, end = span
    size = 0
    while at < end:
        start = at
        tag, at = _varint(body, at, end)
        first, at = _value(body, at, end, tag & 7)
        if tag >> 3 == wanted and tag & 7 == _BYTES:
            budget.spend()
            found.append((first, at))
            continue
        if (size := size + at - start) > _PIECE:
            raise TooLargeError(f"One resource or scope is larger than {_PIECE} bytes.")
        others.append(body[start:at])
    return b"".join(others), found


def _value(body: bytes, at: int, end: int, kind: int) -> _Span:
    """Where the value of a field begins and ends."""
    if kind == _BYTES:
        size, at = _varint(body, at, end)
    elif kind == _VARINT:
        size = _varint(body, at, end)[1] - at
    elif kind in {_FIXED64, _FIXED32}:
        size = 8 if kind == _FIXED64 else 4
    else:
        raise WrongUseError(f"The body is no OTLP request in protobuf: wire type {kind} at byte {at}.")
    if at + size > end:
        raise WrongUseError(f"The body is no OTLP request in protobuf: a field at byte {at} goes beyond its message.")
    return at, at + size


def _varint(body: bytes, at: int, end: int) -> _Span:
    """The number that begins here, and where it ends."""
    number = 0
    for place in range(min(_LONGEST_VARINT, end - at)):
        byte = body[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 (the high bit says that more follows)
            return number, at + place + 1
    raise WrongUseError(f"The body is no OTLP request in protobuf: no number ends after byte {at}.")


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes with its tag and length."""
    head = bytearray([number << 3 | _BYTES])
    size = len(content)
    while size > 0x7F:  # noqa: PLR2004 (seven bits a byte)
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + content
