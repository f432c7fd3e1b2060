"""The mark that stands where a secret stood: `[REDACTED:kind:hmac8]`."""

import hmac

from pipeline.redaction.engine import pattern

_MARK = r"\[REDACTED:[a-z0-9_]+:[0-9a-f]{8}\]"


class Marks:
    """Marks made with one installation's key: equal secrets get equal marks, and nobody without the key can try guesses."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._mark = pattern(_MARK)

    def mark(self, kind: str, secret: bytes) -> bytes:
        """The mark of a secret."""
        digest = hmac.digest(self._secret, secret, "sha256").hex()[:8]
        return f"[REDACTED:{kind}:{digest}]".encode()

    def spans(self, text: bytes) -> list[tuple[int, int]]:
        """Where marks stand already."""
        if b"[REDACTED:" not in text:
            return []
        return [match.span() for match in self._mark.finditer(text)]
