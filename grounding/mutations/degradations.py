"""Evidence made worse under an unchanged claim: cut, late, failed, out of scope, of another time, and no longer empty."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from domain.claims import Claim
from domain.evidence import Evidence
from domain.window import Window
from grounding.mutations.mutant import Degradation
from grounding.paths import is_series

_FAR = 7.0  # days
_ABSENT = 3


def _rests_on_all(claim: Claim) -> bool:
    """Whether the claim needs every row there was."""
    shares = {"all", "only", "none"}
    return claim.kind == "absence" or claim.slots.get("quantifier") in shares or any(is_series(one.path) for one in claim.bind)


def _cut(claim: Claim, source: Evidence, random: Random) -> Evidence | None:
    if not _rests_on_all(claim) or source.truncated:
        return None
    return replace(source, truncated=True, rows_total=source.rows_total + random.randrange(1, 900))


def _cut_unsaid(claim: Claim, source: Evidence, random: Random) -> Evidence | None:
    """More rows than are shown, without the flag."""
    if not _rests_on_all(claim) or source.truncated:
        return None
    return replace(source, rows_total=len(source.rows) + random.randrange(1, 900))


def _failed(_claim: Claim, source: Evidence, random: Random) -> Evidence | None:
    return replace(source, status=random.choice(("error", "timeout")))


def _late(claim: Claim, source: Evidence, _random: Random) -> Evidence | None:
    length = source.window.length.total_seconds()
    return replace(source, lag_s=length + 60) if claim.kind == "absence" and length > 0 else None


def _unseen(claim: Claim, source: Evidence, _random: Random) -> Evidence | None:
    return replace(source, scope_rows=0) if claim.kind == "absence" else None


def _sampled(claim: Claim, source: Evidence, _random: Random) -> Evidence | None:
    """Exact counts and absences do not follow from a sample."""
    column = source.column(claim.bind[0].path.rpartition(".")[2]) if claim.bind else None
    is_count = column is not None and column.agg in {"count", "sum"} and column.unit == "1" and type(claim.slots.get("value")) is int
    exact = claim.kind == "quantity" and claim.slots.get("op") == "=" and claim.slots.get("unit") == "1" and is_count
    return replace(source, sampled=True) if not source.sampled and (exact or claim.kind == "absence") else None


def _of_another_time(claim: Claim, source: Evidence, random: Random) -> Evidence | None:
    if not claim.slots.get("window") or not source.window.length:
        return None
    back = timedelta(days=_FAR * random.choice((-1, 1)))
    return replace(source, window=Window(source.window.start + back, source.window.end + back, source.window.tz))


def _seen_after_all(claim: Claim, source: Evidence, _random: Random) -> Evidence | None:
    """Some of what was absent."""
    name = claim.bind[0].path.removeprefix("aggregates.") if claim.bind else ""
    if claim.kind != "absence":
        return None
    if name in source.aggregates:
        return replace(source, aggregates={**source.aggregates, name: _ABSENT})
    row = {column.name: _ABSENT if column.type in {"integer", "number"} else "seen" for column in source.columns}
    return replace(source, rows=(*source.rows, row), rows_total=source.rows_total + 1, status="ok")


def _of_another_subject(claim: Claim, source: Evidence, _random: Random) -> Evidence | None:
    """The query was narrowed to somebody else."""
    subject = claim.slots.get("subject")
    shared = [name for name in subject if name in source.params] if isinstance(subject, Mapping) else []
    if not shared:
        return None
    return replace(source, params={**source.params, **{name: f"{source.params[name]}-other" for name in shared}})


DEGRADATIONS: dict[str, Degradation] = {
    "evidence cut": _cut,
    "evidence cut, unsaid": _cut_unsaid,
    "query failed": _failed,
    "data too late": _late,
    "nothing in scope": _unseen,
    "only a sample": _sampled,
    "evidence of another time": _of_another_time,
    "evidence about another": _of_another_subject,
    "seen after all": _seen_after_all,
}
