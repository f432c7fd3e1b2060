"""How long the verifier takes for an answer of 40 claims."""

from dataclasses import replace
from itertools import islice

from evals.bench.figures import Figure, p95, wall_ms
from evals.bench.table import claims, evidence
from grounding.rendering import render
from grounding.verifier import verify

BAR_MS = 150.0
CLAIMS = 40
ROWS = 200


def verification_time(rounds: int = 60) -> Figure:
    """The p95 of verifying 40 rendered claims over two evidences of 200 rows. Raises AssertionError when one does not hold."""
    sources = {name: evidence(ROWS, name) for name in ("E1", "E2")}
    bare = [claim for source in sources.values() for claim in islice(claims(source), CLAIMS // 2)]
    said = [replace(claim, text=render(claim, sources)) for claim in bare]
    wrong = [judged for judged in verify(said, sources) if judged.verdict != "supported"]
    if wrong:
        raise AssertionError(f"{len(wrong)} of the bench's true claims are not supported, first: {wrong[0]!r}")
    times = [wall_ms(lambda: verify(said, sources)) for _ in range(rounds)]
    return p95("verify_40_claims", times, bar=BAR_MS, how=f"{CLAIMS} true claims with their texts over two evidences of {ROWS} rows, p95")
