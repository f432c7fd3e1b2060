"""What a small model says of a public claim: yes or no over its evidence as text, from any OpenAI-compatible server."""

import httpx

from domain.evidence import Evidence
from evals.verifier.public_sets import Sample

LONGEST_SOURCE = 6_000
TIMEOUT_S = 120.0
TOLD = "You check claims. Answer yes when the source supports the whole claim, else no. One word."


class Opinion:
    """A judge of public claims; a reply that is neither yes nor no, or none in time, is no opinion."""

    def __init__(self, base_url: str, model: str, key: str = "") -> None:
        self._url, self._model = f"{base_url.rstrip('/')}/chat/completions", model
        self._client = httpx.Client(timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {key or 'none'}"})

    def __call__(self, sample: Sample) -> bool | None:
        """Whether the model finds the claim supported; None without an opinion."""
        asked = f"Source:\n{source_text(sample.evidence)}\n\nClaim: {sample.claim}\nIs the claim supported? yes or no:"
        messages = [{"role": "system", "content": TOLD}, {"role": "user", "content": asked}]
        body = {"model": self._model, "messages": messages, "max_tokens": 3, "temperature": 0}
        try:
            reply = self._client.post(self._url, json=body).raise_for_status().json()["choices"][0]["message"]["content"]
        except (httpx.HTTPError, KeyError, IndexError, ValueError):
            return None
        return said(str(reply))


def said(reply: str) -> bool | None:
    """A reply as yes, no or neither."""
    word = reply.strip().lower().strip(".!*\"'")
    return True if word.startswith("yes") else False if word.startswith("no") else None


def source_text(evidence: Evidence) -> str:
    """Evidence as plain lines, cut to 6,000 characters."""
    header = " | ".join(column.name for column in evidence.columns)
    rows = [" | ".join(str(row.get(column.name, "")) for column in evidence.columns) for row in evidence.rows]
    return "\n".join([evidence.title, header, *rows])[:LONGEST_SOURCE]
