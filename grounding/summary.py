"""The grounding of many runs in one document: how much stood, what did not, why, and in which shapes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grounding.patterns import patterns

Checked = Mapping[str, Any]
EDGES = (0, 25, 50, 60, 70, 80, 85, 90, 95, 99, 100)
FAILED = ("contradicted", "unverified")
DECIMALS = 4


def summary(runs: Sequence[Checked]) -> Mapping[str, Any]:
    """What runs' checks (the details of `claims.checked`) come to.

    `success_rate` is the share of judged claims (0 to 1, those out of scope left out) that stood; None where none was judged. A histogram
    counts runs by score, each bucket up to and with its edge. Failed claims are counted by kind, desk, prompt version and family of reason.
    """
    counts = Counter[tuple[str, str, str, str]]()
    for run in runs:
        for one in run["counts"]:
            counts[one["verdict"], one["kind"], one["desk"], run["prompt_version"]] += one["n"]
    judged = sum(counts.values())
    verdicts = _totals(counts, 0)
    failed = sum(verdicts.get(name, 0) for name in FAILED)
    scoped = judged - verdicts.get("out-of-scope", 0)
    return {
        "runs": len(runs),
        "claims": judged,
        "verdicts": verdicts,
        "failed": failed,
        "corrected": sum(len(run["corrected"]) for run in runs),
        "success_rate": round(1 - failed / scoped, DECIMALS) if scoped else None,
        "scores": {name: _histogram([run[name] for run in runs]) for name in ("score", "draft_score")},
        "by_kind": _split(counts, 1),
        "by_desk": _split(counts, 2),
        "by_prompt_version": _split(counts, 3),
        "by_reason": _by_reason(runs),
        "patterns": [one.as_json() for one in patterns(_pairs(runs, judged))],
    }


def _totals(counts: Counter[tuple[str, str, str, str]], place: int) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for key, n in counts.items():
        totals[key[place]] += n
    return dict(sorted(totals.items()))


def _split(counts: Counter[tuple[str, str, str, str]], place: int) -> list[Mapping[str, Any]]:
    """A row a name, those with most failed claims first: how many were judged, and how many failed in which way."""
    rows = []
    for name, judged in _totals(counts, place).items():
        failed = {verdict: sum(n for key, n in counts.items() if key[place] == name and key[0] == verdict) for verdict in FAILED}
        rows.append({"name": name, "claims": judged, **failed})
    return sorted(rows, key=lambda row: (-row["contradicted"] - row["unverified"], row["name"]))


def _histogram(scores: Sequence[float | None]) -> Mapping[str, Any]:
    known = sorted(score for score in scores if score is not None)
    counts = [sum(low < score <= high for score in known) for low, high in zip((-1, *EDGES), EDGES, strict=False)]
    median = known[len(known) // 2] if known else None
    return {
        "runs": len(known),
        "not_graded": len(scores) - len(known),
        "mean": round(sum(known) / len(known), 2) if known else None,
        "median": median,
        "buckets": [{"up_to": edge, "runs": n} for edge, n in zip(EDGES, counts, strict=True)],
    }


def _by_reason(runs: Sequence[Checked]) -> list[Mapping[str, Any]]:
    counted = Counter((one["family"], one["verdict"]) for one in _failed(runs))
    names = sorted({name for name, _ in counted})
    rows = [{"name": name, **{verdict: counted[name, verdict] for verdict in FAILED}} for name in names]
    return sorted(rows, key=lambda row: (-row["contradicted"] - row["unverified"], row["name"]))


def _failed(runs: Sequence[Checked]) -> Iterator[Mapping[str, Any]]:
    return (one for run in runs for one in run["removed"] if one["verdict"] in FAILED)


def _pairs(runs: Sequence[Checked], judged: int) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    """Failed claims with the template they are bound to, and a blank for each of the others, so that shares are of all."""
    told = 0
    for one in _failed(runs):
        told += 1
        yield one, {bound["evidence"]: bound["template"] for bound in one["bind"]}
    yield from (({}, {}) for _ in range(judged - told))
