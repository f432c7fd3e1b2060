"""Synthetic evidence with claims known to be true of it, and what makes a claim true, worked out without the verifier."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339

SERVICES = ["checkout", "cart", "payment-api", "search", "mail_relay", "inventory-v2", "auth"]
ROUTES = ["/cart", "/cart/items", "/api/v1/orders", "/health", "/login"]
ACCOUNTS = ["root", "admin", "oracle", "git", "deploy", "test", "user"]
BODIES = [
    "connection refused by 10.1.2.3:5432 after 3 attempts",
    "upstream timed out (110: Connection timed out) while reading response header",
    "OutOfMemoryError: Java heap space in worker-7",
    "disk /dev/sda1 is 97% full",
]


@dataclass(frozen=True)
class World:
    evidence: dict[str, Evidence]
    claims: list[Claim]


def count(name: str, label: str, unit: str = "1", agg: str = "count") -> Column:
    return Column(name, "integer", unit, agg, "platform", "measure", label)


def measure(name: str, label: str, unit: str, agg: str) -> Column:
    return Column(name, "number", unit, agg, "platform", "measure", label)


def world(seed: int) -> World:
    random = Random(seed)
    start = datetime(2026, 3, 1, random.randrange(20), random.choice([0, 15, 30]), tzinfo=UTC)
    window = Window(start, start + timedelta(minutes=random.choice([15, 60, 180])))
    made = [
        logins(random, window),
        latency(random, window),
        change(random, window),
        silence(random, window),
        lines(random, window),
        other_hour(random, window),
    ]
    evidence = {one.id: one for one in made}
    return World(evidence, [claim for one in made for claim in CLAIMS[one.template](one, random)])


def logins(random: Random, window: Window) -> Evidence:
    clients = random.sample(
        [f"{random.randrange(1, 223)}.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}" for _ in range(40)], 9
    )
    rows: list[dict[str, Any]] = []
    for client in clients:
        seen = window.start + timedelta(seconds=random.randrange(30, 400))
        last = seen + timedelta(seconds=random.randrange(1, 400))
        attempts, accounts = random.randrange(2, 4000), random.randrange(1, 30)
        row: dict[str, Any] = {"client": client, "attempts": attempts, "accounts": accounts, "accepted": random.randrange(3)}
        rows.append({**row, "first_seen": rfc3339(seen), "last_seen": rfc3339(last), "country": random.choice(["KR", "FR", "US"])})
    rows.sort(key=lambda row: (-row["attempts"], row["client"]))
    columns = (
        Column("client", "string", label="source address"),
        count("attempts", "failed password attempts"),
        count("accounts", "distinct accounts tried"),
        count("accepted", "accepted logins"),
        Column("first_seen", "time", role="time", trust="platform", label="first attempt"),
        Column("last_seen", "time", role="time", trust="platform", label="last attempt"),
        Column("country", "string", label="country"),
    )
    cut = random.random() < 0.5
    total = len(rows) + (random.randrange(1, 50) if cut else 0)
    totals = {"attempts": sum(row["attempts"] for row in rows) + (17 if cut else 0), "sources": total}
    return Evidence(
        "E1",
        "metric",
        "ssh_by_source",
        window,
        columns,
        tuple(rows),
        total,
        truncated=cut,
        scope_rows=9000,
        aggregates=totals,
        title="SSH logins by source",
        step_s=0,
    )


def latency(random: Random, window: Window) -> Evidence:
    rows = []
    for service in SERVICES:
        for route in random.sample(ROUTES, 2):
            requests = random.randrange(50, 200_000)
            errors = random.randrange(0, requests // 3)
            p50 = round(random.uniform(3, 300), 3)
            row = {
                "service": service,
                "route": route,
                "requests": requests,
                "errors": errors,
                "error_rate": round(100 * errors / requests, 3),
            }
            rows.append(
                {**row, "p50_ms": p50, "p95_ms": round(p50 * random.uniform(1.5, 9), 3), "bytes_out": random.randrange(10_000, 10**9)}
            )
    columns = (
        Column("service", "string"),
        Column("route", "string"),
        count("requests", "requests"),
        count("errors", "errors"),
        measure("error_rate", "error rate", "%", "ratio"),
        measure("p50_ms", "median latency", "ms", "p50"),
        measure("p95_ms", "p95 latency", "ms", "p95"),
        count("bytes_out", "bytes sent", "B", "sum"),
    )
    return Evidence("E2", "metric", "latency_by_route", window, columns, tuple(rows), len(rows), scope_rows=10**6, title="Latency by route")


def change(random: Random, window: Window) -> Evidence:
    rows = []
    for service in SERVICES:
        before = random.randrange(10, 3000)
        rows.append({"service": service, "errors": random.choice([before * 2, random.randrange(10, 3000)]), "errors_before": before})
    columns = (Column("service", "string"), count("errors", "errors"), count("errors_before", "errors before"))
    baseline = Window(window.start - window.length, window.start)
    return Evidence(
        "E3", "metric", "errors_now_and_before", window, columns, tuple(rows), len(rows), scope_rows=500, baseline_window=baseline
    )


def silence(random: Random, window: Window) -> Evidence:
    service = random.choice(["billing", "geo-ip", "media_store"])
    return Evidence(
        *("E4", "metric", "errors_of_service", window),
        columns=(Column("service", "string"), count("errors", "errors")),
        rows=(),
        rows_total=0,
        params={"service": service},
        status="empty",
        scope_rows=random.randrange(1, 9999),
        aggregates={"errors": 0},
        title="Errors of a service",
    )


def lines(random: Random, window: Window) -> Evidence:
    rows = tuple(
        {"time": rfc3339(window.start + timedelta(seconds=20 + 7 * i)), "service": random.choice(SERVICES), "body": body}
        for i, body in enumerate(BODIES)
    )
    columns = (
        Column("time", "time", role="time", trust="platform"),
        Column("service", "string"),
        Column("body", "string", label="message", role="measure"),
    )
    return Evidence("E5", "logs", "search", window, columns, rows, len(rows), scope_rows=100)


def other_hour(random: Random, window: Window) -> Evidence:
    """The same shape as E1 an hour later, to be cited wrongly."""
    later = Window(window.start + timedelta(hours=5), window.end + timedelta(hours=5))
    one = logins(random, later)
    return Evidence(
        "E6",
        one.tool,
        one.template,
        later,
        one.columns,
        one.rows,
        one.rows_total,
        truncated=one.truncated,
        scope_rows=5,
        aggregates=one.aggregates,
        title=one.title,
    )


def slots_window(evidence: Evidence) -> dict[str, str]:
    return {"start": rfc3339(evidence.window.start), "end": rfc3339(evidence.window.end)}


def quantity(evidence: Evidence, index: int, name: str, keys: tuple[str, ...]) -> Claim:
    row, column = evidence.rows[index], evidence.column(name)
    assert column is not None
    slots = {
        "subject": {key: row[key] for key in keys},
        "metric": name,
        "agg": column.agg,
        "op": "=",
        "value": row[name],
        "unit": column.unit,
    }
    return Claim(
        f"{evidence.id}.q{index}{name}",
        "quantity",
        {**slots, "window": slots_window(evidence)},
        (Binding(evidence.id, f"rows[{index}].{name}"),),
    )


def login_claims(evidence: Evidence, random: Random) -> Iterator[Claim]:
    if evidence.id != "E1":
        return
    for index in random.sample(range(len(evidence.rows)), 3):
        yield quantity(evidence, index, random.choice(["attempts", "accounts"]), ("client",))
        row = evidence.rows[index]
        yield Claim(
            f"at{index}",
            "temporal",
            {"event": {"client": row["client"]}, "at": row["first_seen"], "window": slots_window(evidence)},
            (Binding("E1", f"rows[{index}].first_seen"),),
        )
        yield Claim(
            f"en{index}",
            "entity",
            {"subject": {"client": row["client"]}, "attribute": "country", "value": row["country"]},
            (Binding("E1", f"rows[client={row['client']}].country"),),
        )
    yield Claim(
        "total",
        "quantity",
        {"subject": "all", "metric": "attempts", "agg": "count", "op": "=", "value": evidence.aggregates["attempts"], "unit": "1"},
        (Binding("E1", "aggregates.attempts"),),
    )
    top = {"subject": {"client": evidence.rows[0]["client"]}, "quantifier": "most", "by": "attempts"}
    yield Claim("top", "entity", {**top, "window": slots_window(evidence)}, (Binding("E1", "rows[0].attempts"),))
    low, high = sorted(random.sample(range(len(evidence.rows)), 2))
    yield versus(evidence, low, high, random.choice(["higher", "ratio", "difference"]))
    pair = sorted(random.sample(range(len(evidence.rows)), 2), key=lambda i: str(evidence.rows[i]["first_seen"]))
    if evidence.rows[pair[0]]["first_seen"] != evidence.rows[pair[1]]["first_seen"]:
        yield order(evidence, pair[0], pair[1], random)


def versus(evidence: Evidence, left: int, right: int, op: str) -> Claim:
    a, b = evidence.rows[left], evidence.rows[right]
    value = {"ratio": round(a["attempts"] / b["attempts"], 2), "difference": a["attempts"] - b["attempts"]}.get(op)
    slots: dict[str, Any] = {
        "subject": {"client": a["client"]},
        "other": {"client": b["client"]},
        "metric": "attempts",
        "agg": "count",
        "op": op,
    }
    slots |= {"value": value, "unit": "1"} if value is not None else {}
    bind = (Binding("E1", f"rows[{left}].attempts"), Binding("E1", f"rows[{right}].attempts", "baseline"))
    if a["attempts"] == b["attempts"]:
        slots["op"] = "equal"
    return Claim(f"v{op}", "comparison", {**slots, "window": slots_window(evidence)}, bind)


def order(evidence: Evidence, first: int, then: int, random: Random) -> Claim:
    a, b = evidence.rows[first], evidence.rows[then]
    gap = (datetime.fromisoformat(str(b["first_seen"])) - datetime.fromisoformat(str(a["first_seen"]))).total_seconds()
    slots: dict[str, Any] = {"first": {"client": a["client"]}, "then": {"client": b["client"]}, "relation": "before"}
    slots |= {"gap_s": int(gap)} if random.random() < 0.5 else {}
    return Claim("order", "temporal", slots, (Binding("E1", f"rows[{first}].first_seen"), Binding("E1", f"rows[{then}].first_seen")))


def latency_claims(evidence: Evidence, random: Random) -> Iterator[Claim]:
    for index in random.sample(range(len(evidence.rows)), 4):
        name = random.choice(["requests", "errors", "error_rate", "p50_ms", "p95_ms", "bytes_out"])
        yield quantity(evidence, index, name, ("service", "route"))
    for name, word, pick in (("p95_ms", "most", max), ("requests", "least", min)):
        index = evidence.rows.index(pick(evidence.rows, key=lambda row: row[name]))
        row = evidence.rows[index]
        yield Claim(
            f"rank{name}",
            "entity",
            {"subject": {"service": row["service"], "route": row["route"]}, "quantifier": word, "by": name},
            (Binding("E2", f"rows[{index}].{name}"),),
        )


def change_claims(evidence: Evidence, random: Random) -> Iterator[Claim]:
    baseline = evidence.baseline_window
    assert baseline is not None
    for index in random.sample(range(len(evidence.rows)), 4):
        row = evidence.rows[index]
        now, before = row["errors"], row["errors_before"]
        op = random.choice(["direction", "pct_change", "ratio", "doubled"])
        slots: dict[str, Any] = {
            "subject": {"service": row["service"]},
            "metric": "errors",
            "agg": "count",
            "window": slots_window(evidence),
        }
        slots["baseline_window"] = {"start": rfc3339(baseline.start), "end": rfc3339(baseline.end)}
        if op == "pct_change":
            slots |= {"op": op, "value": round(100 * (now - before) / before, 1), "unit": "%"}
        elif op == "ratio":
            slots |= {"op": op, "value": round(now / before, 2), "unit": "1"}
        elif op == "doubled" and now == 2 * before:
            slots |= {"op": "doubled"}
        else:
            slots |= {"op": "higher" if now > before else "lower" if now < before else "equal"}
        yield Claim(
            f"ch{index}",
            "comparison",
            slots,
            (Binding("E3", f"rows[{index}].errors"), Binding("E3", f"rows[{index}].errors_before", "baseline")),
        )


def silence_claims(evidence: Evidence, _random: Random) -> Iterator[Claim]:
    for path in ("aggregates.errors", "rows[*]"):
        slots = {"what": "errors", "subject": dict(evidence.params), "window": slots_window(evidence)}
        yield Claim(f"none {path}", "absence", slots, (Binding("E4", path),))


def line_claims(evidence: Evidence, random: Random) -> Iterator[Claim]:
    for index, row in enumerate(evidence.rows):
        words = str(row["body"]).split()
        start = random.randrange(max(1, len(words) - 3))
        yield Claim(
            f"quote{index}", "quote", {"text": " ".join(words[start : start + 4])}, (Binding("E5", f"rows[{index}].body", "quote"),)
        )


CLAIMS = {
    "ssh_by_source": login_claims,
    "latency_by_route": latency_claims,
    "errors_now_and_before": change_claims,
    "errors_of_service": silence_claims,
    "search": line_claims,
}
