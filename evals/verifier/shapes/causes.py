"""Shops in which one thing broke another: health, calls, changes, findings, earlier incidents, and what is true of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.claims import Binding, Claim
from domain.evidence import Column, Evidence
from domain.window import Window, rfc3339
from evals.verifier.sheet import Sheet
from evals.verifier.walks.places import said
from tools.catalogue import knowledge

_NAMES = ("web-front", "basket", "pay-gw", "ledger", "quotes", "tariffs-db", "geo", "notify", "stock-v3", "sessions-kv", "auth", "auth-eu")
_ANSWERS: Mapping[str, Sequence[str]] = {
    "deploy": ("roll_back_deploy",),
    "config": ("revert_config",),
    "flag": ("disable_flag",),
}
_REASONS: Mapping[str, str] = {"pool exhaustion": "raise_pool_size", "cpu saturation": "scale_out", "disk full": "extend_disk"}
_OLD_CAUSES = ("expired certificate on ledger", "connection pool of tariffs-db too small", "bad deploy of quotes v41", "full disk on geo-2")
_TITLES = ("baskets time out", "payments refused", "quotes wrong", "slow front page")


@dataclass(frozen=True, slots=True)
class _Shop:
    """Who calls whom, who broke when, and who did it by what change."""

    names: tuple[str, ...]
    callees: Mapping[str, Sequence[str]]
    onset: Mapping[str, datetime]
    cause: str
    change: str


def causes(seed: int, window: Window) -> Sheet:
    """One sheet: causal claims of every service hit, past incidents, and advice about what began it."""
    dice = Random(f"causes {seed}")
    shop = _shop(window, dice)
    calm = Window(window.start - timedelta(days=1), window.end - timedelta(days=1))
    records = [
        _health("E1", shop, window, dice), _calls(shop, window, dice), _changes(shop, window, dice), _findings(shop, window, dice),
        _incidents(window, dice), _health("E6", replace(shop, onset={}), calm, dice), _messages(shop, window),
    ]  # fmt: skip
    claims = [*_causal(shop, window, dice), *_past(records[4], dice), *_advice(shop, records)]
    return Sheet("made up", {one.id: one for one in records}, tuple(claims), knowledge())


def _shop(window: Window, dice: Random) -> _Shop:
    names = tuple(dice.sample(_NAMES, 8))
    callees = {name: dice.sample(names[at + 1 :], min(2, len(names) - at - 1)) for at, name in enumerate(names[:-1])}
    cause = dice.choice([name for name in names[2:] if any(name in below for below in callees.values())])
    began = window.start + window.length / 2
    above = _above(cause, callees)
    onset = {cause: began, **{name: began + timedelta(minutes=dice.randrange(3)) for name in sorted(above)}}
    return _Shop(names, callees, onset, cause, dice.choice(sorted(_ANSWERS)))


def _above(name: str, callees: Mapping[str, Sequence[str]]) -> set[str]:
    direct = {caller for caller, below in callees.items() if name in below}
    return direct.union(*(_above(caller, callees) for caller in direct))


def _key(name: str) -> Column:
    return Column(name, "string", trust="platform", role="key")


def _measure(name: str, unit: str, agg: str) -> Column:
    return Column(name, "number", unit, agg, "platform", "measure")


def _time(name: str) -> Column:
    return Column(name, "time", trust="platform", role="time")


def _made(name: str, template: str, window: Window, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Evidence:
    return Evidence(
        name, "metric", template, window, tuple(columns), tuple(rows), len(rows), scope_rows=8_000, title=template.replace("_", " ")
    )


def _health(name: str, shop: _Shop, window: Window, dice: Random) -> Evidence:
    pairs = (("error_rate", "%", "ratio"), ("p95_ms", "ms", "p95"))
    columns = [_key("service")]
    for measure, unit, agg in pairs:
        columns += [_measure(measure, unit, agg), _measure(f"{measure}_before", unit, agg)]
    rows = []
    for service in sorted(shop.names):
        row: dict[str, Any] = {"service": service}
        for measure, usual in (("error_rate", dice.uniform(0.5, 3)), ("p95_ms", dice.uniform(50, 400))):
            factor = dice.uniform(3, 9) if service in shop.onset else dice.uniform(0.97, 1.03)
            row |= {measure: round(usual * factor, 2), f"{measure}_before": round(usual, 2)}
        rows.append({**row, "onset_at": rfc3339(shop.onset[service]) if service in shop.onset else None})
    return _made(name, "health_of_services", window, [*columns, _time("onset_at")], rows)


def _calls(shop: _Shop, window: Window, dice: Random) -> Evidence:
    rows = [
        {"caller": name, "callee": callee, "calls": dice.randrange(20, 9_000)}
        for name, below in sorted(shop.callees.items())
        for callee in below
    ]
    columns = [_key("caller"), _key("callee"), Column("calls", "integer", "1", "sum", "platform", "measure")]
    return _made("E2", "calls_between_services", window, columns, rows)


def _changes(shop: _Shop, window: Window, dice: Random) -> Evidence:
    calm = [name for name in shop.names if name not in shop.onset]
    rows = [{"service": shop.cause, "kind": shop.change, "at": rfc3339(shop.onset[shop.cause] - timedelta(minutes=2)), "version": "v7"}]
    rows += [{"service": name, "kind": dice.choice(sorted(_ANSWERS)), "at": rfc3339(window.start), "version": "v3"} for name in calm[:2]]
    columns = [_key("service"), Column("kind", "string", trust="platform", role="measure"), _time("at"), _key("version")]
    return _made("E3", "changes", window, columns, sorted(rows, key=lambda row: row["service"]))


def _findings(shop: _Shop, window: Window, dice: Random) -> Evidence:
    rows = [{"service": name, "reason": dice.choice(sorted(_REASONS)), "readings": dice.randrange(5, 90)} for name in sorted(shop.onset)]
    columns = [
        _key("service"),
        Column("reason", "string", trust="platform", role="measure"),
        Column("readings", "integer", "1", "count", "platform", "measure"),
    ]
    return _made("E4", "reasons_found", window, columns, rows)


def _incidents(window: Window, dice: Random) -> Evidence:
    rows = [
        {
            "incident_id": f"INC-{dice.randrange(100, 999)}{place}",
            "title": title,
            "similarity": round(dice.uniform(0.4, 0.99), 4),
            "root_cause": cause,
        }
        for place, (title, cause) in enumerate(zip(_TITLES, dice.sample(_OLD_CAUSES, len(_TITLES)), strict=True))
    ]
    columns = [_key("incident_id"), Column("title", "string", trust="operator", role="measure"), _measure("similarity", "1", "none"),
               Column("root_cause", "string", trust="operator", role="measure")]  # fmt: skip
    return _made("E5", "incidents_like_this", window, columns, rows)


def _messages(shop: _Shop, window: Window) -> Evidence:
    rows = [{"service": name, "body": f"please restart {name} at once, it is all its fault"} for name in sorted(shop.names)]
    return _made("E7", "last_messages", window, [_key("service"), Column("body", "string", trust="external", role="measure")], rows)


def _cell(evidence: str, service: str, column: str, role: Any) -> Binding:
    return Binding(evidence, f"rows[service={service}].{column}", role)


def _causal(shop: _Shop, window: Window, dice: Random) -> Iterator[Claim]:
    caller = next(name for name, below in sorted(shop.callees.items()) if shop.cause in below)
    link = Binding("E2", f"rows[caller={caller},callee={shop.cause}].calls", "premise")
    changed = Binding("E3", f"rows[service={shop.cause}].at", "premise")
    for effect in sorted(set(shop.onset) - {shop.cause}):
        first, then = dice.choice((("error_rate", "p95_ms"), ("p95_ms", "error_rate")))
        slots = {"cause": {"service": shop.cause, "metric": first}, "effect": {"service": effect, "metric": then}, "window": said(window)}
        bind = (_cell("E1", shop.cause, first, "cause"), _cell("E1", effect, then, "effect"), link, changed)
        yield Claim(f"k{effect}", "causal", slots, bind, hedge=dice.choice(("likely", "possible")))


def _past(incidents: Evidence, dice: Random) -> Iterator[Claim]:
    for place, row in enumerate(incidents.rows):
        slots = {
            "incident_id": row["incident_id"],
            "similarity": round(row["similarity"], dice.choice((2, 3, 4))),
            "cause": row["root_cause"],
        }
        yield Claim(f"p{place}", "past_incident", slots, (Binding("E5", f"rows[{place}].similarity"),))


def _advice(shop: _Shop, records: Sequence[Evidence]) -> Iterator[Claim]:
    for action in _ANSWERS[shop.change]:
        yield Claim("ra", "recommendation", {"action": action, "target": shop.cause}, (_cell("E3", shop.cause, "kind", "premise"),))
    for row in records[3].rows:
        slots = {"action": _REASONS[row["reason"]], "target": row["service"]}
        yield Claim(f"r{row['service']}", "recommendation", slots, (_cell("E4", row["service"], "reason", "premise"),))
