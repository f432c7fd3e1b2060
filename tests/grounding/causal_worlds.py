"""Shops with one planted cause: evidence in several dialects of column names, claims true of it, and what makes a claim true."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.claims import Binding, BindRole, Claim
from domain.evidence import Column, ColumnType, Evidence
from domain.window import Window, rfc3339

NAMES = (
    "gateway", "storefront", "checkout", "cart", "payment-api", "search", "catalogue", "orders-db", "sessions", "mailer", "stock-v2", "auth"
)  # fmt: skip
STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class Dialect:
    """What one collector calls its columns."""

    service: str
    measure: tuple[str, str, str, str]  # now, usual, unit, kind
    other: tuple[str, str, str, str]
    onset: str
    caller: str
    callee: str
    calls: str
    change: tuple[str, str, str]  # service, kind, time


DIALECTS = (
    Dialect("service", ("error_rate", "baseline_error_rate", "%", "errors"), ("p95_ms", "baseline_p95_ms", "ms", "latency"), "onset_at",
            "caller", "callee", "calls", ("service", "kind", "at")),
    Dialect("app", ("errors", "errors_before", "1", "errors"), ("latency_p99_ms", "latency_p99_ms_before", "ms", "latency"), "first_seen",
            "source", "target", "requests", ("app", "event", "time")),
    Dialect("component", ("failure_ratio", "usual_failure_ratio", "1", "errors"),
            ("queue_depth", "queue_depth_baseline", "1", "saturation"), "started_at",
            "parent", "child", "spans", ("component", "type", "deployed_at")),
    Dialect("service_name", ("cpu_pct", "expected_cpu_pct", "%", "saturation"),
            ("duration_ms", "normal_duration_ms", "ms", "latency"), "since",
            "client_service", "server_service", "count", ("service_name", "change_type", "changed_at")),
)  # fmt: skip


@dataclass(frozen=True)
class Shop:
    """A world: evidence, who calls whom, who was hit when, and who began it."""

    evidence: dict[str, Evidence]
    claims: list[Claim]
    callees: dict[str, list[str]]
    onset: dict[str, datetime]
    cause: str
    dialect: Dialect

    def is_true(self, claim: Claim) -> bool:
        """By what was planted: the cause is what began it, the effect calls it, both are named where they stand, and it is hedged."""
        cause, effect = str(claim.slots["cause"]["service"]), str(claim.slots["effect"]["service"])
        if cause != self.cause or not claim.hedge or effect not in self.above(cause):
            return False
        for role, name in (("cause", cause), ("effect", effect)):
            for binding in claim.bound(role):  # type: ignore[arg-type]
                if binding.evidence not in ("E1", "E4") or name not in binding.path:
                    return False
        return bool(claim.bound("cause") and claim.bound("effect"))

    def above(self, service: str) -> set[str]:
        """All that call it, directly or through others."""
        found: set[str] = set()
        waiting = [service]
        while waiting:
            here = waiting.pop()
            fresh = {caller for caller, callees in self.callees.items() if here in callees} - found
            found |= fresh
            waiting += fresh
        return found


def shop(seed: int) -> Shop:
    random = Random(seed)
    dialect = DIALECTS[seed % len(DIALECTS)]
    names = random.sample(NAMES, 9)
    callees = {
        name: random.sample(names[i + 1 :], min(len(names) - i - 1, random.choice([1, 2, 2, 3]))) for i, name in enumerate(names[:-1])
    }
    start = datetime(2026, 3, 4, random.randrange(20), tzinfo=UTC)
    window = Window(start, start + timedelta(hours=2))
    made = Shop({}, [], callees, {}, random.choice(names[3:]), dialect)
    if not made.above(made.cause):
        return shop(seed + 1_000)
    began = start + timedelta(minutes=random.randrange(30, 80))
    onset = {made.cause: began, **{name: began + STEP * random.randrange(3) for name in sorted(made.above(made.cause))}}
    made = replace(made, onset=onset)
    evidence = (
        health("E1", made, names, window, random),
        links("E2", made, window, random),
        changes("E3", made, names, window, random),
        series("E4", made, names, window, random),
        stale(health("E5", replace(made, onset={}), names, window, random)),
        unrelated("E6", window, random),
    )
    made = replace(made, evidence={one.id: one for one in evidence})
    return replace(made, claims=list(claims(made)))


def column(name: str, kind: ColumnType = "string", unit: str = "1", agg: str = "none", label: str = "") -> Column:
    role: Any = {"string": "key", "time": "time"}.get(kind, "measure")
    return Column(name, kind, unit, agg, "external" if kind == "string" else "platform", role, label)


def levels(spec: tuple[str, str, str, str], hit: bool, random: Random) -> tuple[float, float]:
    """A measure now and usually: what was not hit strays by a few per cent."""
    usual = {"%": 4.0, "ms": 120.0, "1": 400.0}[spec[2]] * random.uniform(0.5, 1.5)
    if "ratio" in spec[0]:
        usual = random.uniform(0.02, 0.08)
    now = usual * (random.uniform(2.0, 9.0) if hit else random.uniform(0.95, 1.06))
    whole = spec[0] == "errors"
    return (round(now), round(usual)) if whole else (round(now, 4), round(usual, 4))


def health(name: str, made: Shop, names: Sequence[str], window: Window, random: Random) -> Evidence:
    d = made.dialect
    columns = [column(d.service)]
    for now, usual, unit, _ in (d.measure, d.other):
        kind: ColumnType = "integer" if now == "errors" else "number"
        agg = "ratio" if "ratio" in now else "count" if now == "errors" else "avg"
        columns += [column(now, kind, unit, agg), column(usual, kind, unit, agg)]
    columns.append(column(d.onset, "time"))
    rows = []
    for service in sorted(names):
        cells: dict[str, Any] = {d.service: service}
        for spec in (d.measure, d.other):
            cells[spec[0]], cells[spec[1]] = levels(spec, service in made.onset, random)
        cells[d.onset] = rfc3339(made.onset[service]) if service in made.onset else None
        rows.append(cells)
    return made_of(name, "service_health", columns, rows, window)


def links(name: str, made: Shop, window: Window, random: Random) -> Evidence:
    d = made.dialect
    rows = [{d.caller: a, d.callee: b, d.calls: random.randrange(50, 9000)} for a, found in sorted(made.callees.items()) for b in found]
    return made_of(name, "calls_between", [column(d.caller), column(d.callee), column(d.calls, "integer", agg="sum")], rows, window)


def changes(name: str, made: Shop, names: Sequence[str], window: Window, random: Random) -> Evidence:
    """A change of the cause just before it began, and changes of services that have nothing to do with it."""
    service, kind, at = made.dialect.change
    others = [one for one in names if one not in made.onset]
    told = [(made.cause, "deploy", made.onset[made.cause] - timedelta(minutes=random.randrange(1, 6)))]
    told += [
        (one, random.choice(["flag", "config", "deploy"]), window.start + timedelta(minutes=random.randrange(110))) for one in others[:2]
    ]
    rows = [{service: who, kind: what, at: rfc3339(when), "version": f"v{random.randrange(9)}"} for who, what, when in sorted(told)]
    return made_of(name, "changes", [column(service), column(kind), column(at, "time"), column("version")], rows, window)


def series(name: str, made: Shop, names: Sequence[str], window: Window, random: Random) -> Evidence:
    """Failed requests a minute of a few services."""
    rows = []
    for minute in range(120):
        at = window.start + STEP * minute
        for service in sorted(names):
            is_hit = service in made.onset and at >= made.onset[service]
            rows.append(
                {
                    "minute": rfc3339(at),
                    made.dialect.service: service,
                    "failed": random.randrange(90, 130) if is_hit else random.randrange(3, 9),
                }
            )
    columns = [column("minute", "time"), column(made.dialect.service), column("failed", "integer", agg="count")]
    return replace(made_of(name, "failures_over_time", columns, rows, window), step_s=60)


def stale(evidence: Evidence) -> Evidence:
    """The same of the day before, when nothing was wrong."""
    day = timedelta(days=1)
    return replace(evidence, window=Window(evidence.window.start - day, evidence.window.end - day))


def unrelated(name: str, window: Window, random: Random) -> Evidence:
    rows = [{"client": f"10.0.0.{i}", "attempts": random.randrange(5, 500), "attempts_before": 3} for i in range(9)]
    return made_of(
        name,
        "logins",
        [column("client"), column("attempts", "integer", agg="count"), column("attempts_before", "integer", agg="count")],
        rows,
        window,
    )


def made_of(name: str, template: str, columns: Sequence[Column], rows: Sequence[dict[str, Any]], window: Window) -> Evidence:
    return Evidence(name, "metric", template, window, tuple(columns), tuple(rows), len(rows), scope_rows=1000, tenant="shop")  # type: ignore[arg-type]


def bind(made: Shop, role: BindRole, service: str, measure: str, evidence: str = "E1") -> Binding:
    return Binding(evidence, f"rows[{made.dialect.service}={service}].{measure}", role)


def claims(made: Shop) -> Iterator[Claim]:
    """Each service hit, with the cause, told by tables."""
    d = made.dialect
    caller = {callee: name for name, found in sorted(made.callees.items()) for callee in found}[made.cause]
    link = Binding("E2", f"rows[{d.caller}={caller},{d.callee}={made.cause}].{d.calls}", "premise")
    changed = Binding("E3", f"rows[{d.change[0]}={made.cause}].{d.change[2]}", "premise")
    for number, effect in enumerate(sorted(made.above(made.cause))):
        mine, theirs = (d.measure, d.other) if number % 2 else (d.other, d.measure)
        slots = {"cause": {"service": made.cause, "metric": mine[0]}, "effect": {"service": effect, "metric": theirs[0]}}
        both = (bind(made, "cause", made.cause, mine[0]), bind(made, "effect", effect, theirs[0]))
        yield Claim(f"C{number}", "causal", slots, (*both, link, changed), hedge="likely" if number % 3 else "possible")


Operator = Callable[[Claim, Shop, Random], Iterator[Claim]]


def swapped(claim: Claim, _: Shop, __: Random) -> Iterator[Claim]:
    slots = {"cause": claim.slots["effect"], "effect": claim.slots["cause"]}
    other: dict[str, BindRole] = {"cause": "effect", "effect": "cause"}
    yield replace(claim, slots=slots)
    yield replace(claim, slots=slots, bind=tuple(replace(one, role=other.get(one.role, one.role)) for one in claim.bind))


def sibling(claim: Claim, made: Shop, random: Random) -> Iterator[Claim]:
    """Another service on one side, with its cells bound or the old ones left."""
    for role in ("cause", "effect"):
        mine = claim.slots[role]["service"]
        rows = [row[made.dialect.service] for row in made.evidence["E1"].rows]
        for name in random.sample([row for row in rows if row != mine], 4):
            slots = {**claim.slots, role: {**claim.slots[role], "service": name}}
            yield replace(claim, slots=slots)
            moved = (replace(one, path=one.path.replace(f"={mine}]", f"={name}]")) if one.role == role else one for one in claim.bind)
            yield replace(claim, slots=slots, bind=tuple(moved))


def unhedged(claim: Claim, _: Shop, __: Random) -> Iterator[Claim]:
    yield replace(claim, hedge="")


def misbound(claim: Claim, _: Shop, __: Random) -> Iterator[Claim]:
    """Right words, wrong evidence: that of the day before, or of something else."""
    for role in ("cause", "effect"):
        yield replace(claim, bind=tuple(replace(one, evidence="E5") if one.role == role else one for one in claim.bind))
    away = {"cause": Binding("E6", "rows[0].attempts", "cause"), "effect": Binding("E6", "rows[1].attempts", "effect")}
    yield replace(claim, bind=tuple(away.get(one.role, one) for one in claim.bind))
    yield replace(claim, bind=tuple(one for one in claim.bind if one.role != "cause"))


OPERATORS: dict[str, Operator] = {"cause↔effect": swapped, "sibling": sibling, "dropped hedge": unhedged, "wrong evidence": misbound}
