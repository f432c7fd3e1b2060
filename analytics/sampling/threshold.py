"""Consistent probability sampling: one number a request, one threshold a rate."""

import xxhash

BITS = 56
SPACE = 1 << BITS
TRACE_DIGITS, TRACE_BYTES = 32, 16


def randomness(unit: str, salt: bytes = b"") -> int:
    """R of a request, 0 <= R < 2^56: the last 56 bits of a trace id of 32 hexadecimal digits, else 56 bits of xxh3(salt + id).

    OpenTelemetry specification, "Probability sampling": a trace is kept iff R >= T. No explicit randomness (`rv`) is read.
    """
    if len(unit) == TRACE_DIGITS and (of_trace := _trace_bytes(unit)):
        return int.from_bytes(of_trace[-BITS // 8 :], "big")
    return int(xxhash.xxh3_64_intdigest(salt + unit.encode("utf-8", "replace"))) >> (64 - BITS)


def threshold(n: int) -> int:
    """T of the rate 1/n: 2^56 (1 − 1/n), rounded down. Raises ValueError for an n below 1."""
    if n < 1:
        raise ValueError(f"a rate is 1/n with n of at least 1, not {n!r}")
    return SPACE * (n - 1) // n


def is_kept(r: int, n: int) -> bool:
    """Whether a request with this R is kept at 1/n. What is kept at 1/m is kept at every 1/n with n <= m."""
    return r >= threshold(n)


def _trace_bytes(unit: str) -> bytes:
    """The 16 bytes of a trace id; empty when it is none."""
    try:
        found = bytes.fromhex(unit)
    except ValueError:
        return b""
    return found if len(found) == TRACE_BYTES else b""
