"""Claims and evidence as an outsider writes them from the documents alone: what is true holds, what is changed does not."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from grounding.documents import verify_documents
from tools.catalogue import knowledge

Json = dict[str, Any]
KNOWLEDGE = knowledge()
WINDOW = {"start": "2025-03-04T09:00:00Z", "end": "2025-03-04T10:00:00Z"}
BEFORE = {"start": "2025-03-04T08:00:00Z", "end": "2025-03-04T09:00:00Z"}
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def evidence(name: str, *rows: Json, units: Mapping[str, str] | None = None, **more: Any) -> Json:
    """Evidence of another tool: types told from the cells, units by column."""
    first = rows[0] if rows else {}
    columns = [{"name": key, "type": TYPES[type(cell)], **_measured(key, cell, units or {})} for key, cell in first.items()]
    return {"id": name, "template": "their_query", "status": "ok", "window": WINDOW, "columns": columns, "rows": list(rows), **more}


def _measured(key: str, cell: Any, units: Mapping[str, str]) -> Json:
    if isinstance(cell, str):
        return {"type": "time", "role": "time"} if cell[:4].isdigit() and cell.endswith("Z") else {"role": "key", "trust": "platform"}
    return {"role": "measure", "unit": units.get(key, "1"), "agg": "none", "trust": "platform"}


def bound(path: str, role: str = "value", source: str = "E1") -> Json:
    return {"evidence": source, "path": path, "role": role}


def verdict(claim: Json, *sources: Json) -> str:
    return str(verify_documents([claim], list(sources), KNOWLEDGE)["claims"][0]["verdict"])


def slotted(kind: str, bind: list[Json], **slots: Any) -> Json:
    return {"kind": kind, "slots": slots, "bind": bind}


def changed(claim: Json, **slots: Any) -> Json:
    return {**claim, "slots": {**claim["slots"], **slots}}


NODES = evidence(
    "E1",
    {"node": "node-a", "state": "Ready", "pods": 41},
    {"node": "node-b", "state": "NotReady", "pods": 0},
    {"node": "node-c", "state": "Ready", "pods": 38},
)
JOBS = evidence(
    "E1",
    {"job": "etl", "started": "2025-03-04T09:02:00Z", "processed": 184_022},
    {"job": "dedupe", "started": "2025-03-04T09:10:15Z", "processed": 0},
)


def series(values: list[float], **more: Any) -> Json:
    rows = [{"ts": f"2025-03-04T09:{i:02d}:00Z", "cpu": float(value)} for i, value in enumerate(values)]
    return evidence("E1", *rows, units={"cpu": "%"}, params={"service": "cart"}, **more)


def test_a_subject_may_be_what_the_query_was_narrowed_to() -> None:
    rising = series([40 + 0.5 * i for i in range(60)])
    claim = slotted("trend", [bound("rows[*].cpu", "series")], subject="cart", metric="cpu", direction="rising")
    assert verdict(claim, rising) == "supported"
    assert verdict(changed(claim, subject="search"), rising) != "supported"
    assert verdict({"text": "cpu of cart was rising.", "bind": claim["bind"]}, rising) == "supported"
    assert verdict({"text": "cpu of cart was falling.", "bind": claim["bind"]}, rising) != "supported"
    assert verdict({"text": "cpu of cart was steady.", "bind": claim["bind"]}, rising) != "supported"


def test_the_height_of_a_spike_is_recomputed() -> None:
    spiky = series([20 + 0.1 * (i % 3) + (60 if i in {30, 31} else 0) for i in range(60)])
    claim = slotted("trend", [bound("rows[*].cpu", "series")], subject="cart", metric="cpu", direction="spike", unit="%")
    assert verdict(changed(claim, magnitude=80.1), spiky) == "supported"
    assert verdict(changed(claim, magnitude=720), spiky) == "contradicted"


def test_points_are_not_per_cent_of_a_level() -> None:
    rising = series([40 + 0.5 * i for i in range(60)])
    claim = slotted("trend", [bound("rows[*].cpu", "series")], subject="cart", metric="cpu", direction="rising", magnitude=29.5)
    assert verdict(changed(claim, unit="pp"), rising) == "supported"
    assert verdict(changed(claim, unit="%"), rising) == "contradicted"


def test_values_that_go_to_and_fro_have_no_change_point() -> None:
    restless = series([5 + 6 * (i >= 4 and (i * 7) % 13 > 4) for i in range(60)])
    claim = slotted("trend", [bound("rows[*].cpu", "series")], subject="cart", metric="cpu", direction="rising")
    assert verdict(claim, restless) != "supported"


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("processed of dedupe was 0.", "processed of dedupe was not 0."),
        ("node-b had the lowest pods.", "node-b did not have the lowest pods."),
    ],
)
def test_a_denied_zero_is_no_zero(true: str, false: str) -> None:
    source = JOBS if "dedupe" in true else NODES
    path = "rows[1].processed" if source is JOBS else "rows[1].pods"
    assert verdict({"text": true, "bind": [bound(path)]}, source) == "supported"
    assert verdict({"text": false, "bind": [bound(path)]}, source) not in {"supported", "consistent"}


def test_a_unit_does_not_name_a_column() -> None:
    teams = evidence(
        "E1", {"team": "mobile", "opened": 17, "median_h": 30.2}, {"team": "web", "opened": 41, "median_h": 6.5}, units={"median_h": "h"}
    )
    assert verdict({"text": "median h of mobile was 30.2 h."}, teams) == "supported"
    assert verdict({"text": "opened of mobile was 30.2 h."}, teams) != "supported"


def test_a_rank_may_be_bound_to_its_whole_column() -> None:
    claim = slotted("entity", [bound("rows[*].pods")], subject="node-c", attribute="pods", value=38, quantifier="top 2")
    assert verdict(claim, NODES) == "supported"
    assert verdict(changed(claim, quantifier="most"), NODES) == "contradicted"
    assert verdict(changed(claim, subject="node-a"), NODES) == "contradicted"


def test_the_plural_of_a_key_is_all_of_them() -> None:
    ready = copy.deepcopy(NODES)
    for row in ready["rows"]:
        row["state"] = "Ready"
    claim = slotted("entity", [bound("rows[*].state")], subject="all nodes", attribute="state", value="Ready", quantifier="all")
    assert verdict(claim, ready) == "supported"
    assert verdict(claim, NODES) == "contradicted"
    count = {**slotted("quantity", [bound("rows[*]")], metric="node", agg="count", op="=", value=3, unit="1"), "derive": "count"}
    assert verdict(count, NODES) == "supported"
    assert verdict(changed(count, value=4), NODES) == "contradicted"
    assert verdict(changed(count, metric="state"), NODES) != "supported"


def test_events_may_be_given_as_cells_and_their_order_is_read_in_words() -> None:
    first, then = bound("rows[0].started"), bound("rows[1].started")
    cells = [{"evidence": one["evidence"], "path": one["path"]} for one in (first, then)]
    claim = slotted("temporal", [first, then], first=cells[0], then=cells[1], relation="before")
    assert verdict(claim, JOBS) == "supported"
    assert verdict(changed(claim, relation="after"), JOBS) == "contradicted"
    named = slotted(
        "temporal",
        [first, then],
        first={"subject": {"job": "etl"}, "metric": "started"},
        then={"subject": {"job": "dedupe"}, "metric": "started"},
    )
    named = changed(named, relation="before")
    assert verdict({**named, "text": "etl started before dedupe."}, JOBS) == "supported"
    assert verdict({**named, "text": "etl started after dedupe."}, JOBS) != "supported"


def test_the_series_of_an_event_is_the_one_it_names() -> None:
    high = series([20.0 + 70 * (i >= 10) for i in range(60)])
    claim = slotted(
        "temporal", [bound("rows[*].cpu", "series")], event={"subject": "cart", "metric": "cpu", "threshold": 80}, at="2025-03-04T09:10:00Z"
    )
    assert verdict(claim, high) == "supported"
    assert verdict(changed(claim, event={"subject": "pay", "metric": "cpu", "threshold": 80}), high) != "supported"
    assert verdict(changed(claim, event={"subject": "cart", "metric": "disk", "threshold": 80}), high) != "supported"


def test_a_quote_may_be_only_text() -> None:
    logs = evidence("E1", {"service": "cart", "message": "deadlock detected in tx 8812"})
    claim = {"kind": "quote", "text": "deadlock  detected in tx 8812", "bind": [bound("rows[0].message", "quote")]}
    assert verdict(claim, logs) == "supported"
    assert verdict({**claim, "text": "deadlock detected in tx 8813"}, logs) == "contradicted"


def test_a_text_may_cite_a_cell_now_and_a_cell_before() -> None:
    now = evidence("E1", {"queue": "mail", "depth": 320}, {"queue": "bills", "depth": 57})
    then = {**evidence("E2", {"queue": "mail", "depth": 107}, {"queue": "bills", "depth": 57}), "window": BEFORE}
    bind = [bound("rows[0].depth"), bound("rows[0].depth", "baseline", "E2")]
    for true in ("depth of mail rose from 107 to 320.", "depth of mail was higher than in the hour before."):
        assert verdict({"text": true, "bind": bind}, now, then) == "supported"
    for false in (
        "depth of mail fell from 107 to 320.",
        "depth of mail rose from 117 to 320.",
        "depth of mail was lower than in the hour before.",
    ):
        assert verdict({"text": false, "bind": bind}, now, then) != "supported"
    pair = [bound("rows[0].depth"), bound("rows[1].depth", "baseline")]
    assert verdict({"text": "depth of mail was higher than that of bills.", "bind": pair}, now) == "supported"
    assert verdict({"text": "depth of mail was lower than that of bills.", "bind": pair}, now) == "contradicted"


def outage(deployed_at: str = "2025-03-04T09:12:00Z") -> tuple[Json, Json, Json]:
    calls = evidence("E1", {"caller": "shop", "callee": "stock", "calls": 4120}, {"caller": "web", "callee": "shop", "calls": 9000})
    changes = evidence("E2", {"service": "stock", "kind": "deploy", "version": "v2", "deployed_at": deployed_at})
    rows = [
        {"service": "shop", "p95": 1840.0, "p95_baseline": 210.0, "errors": 512, "errors_baseline": 14},
        {"service": "stock", "p95": 960.0, "p95_baseline": 88.0, "errors": 733, "errors_baseline": 2},
    ]
    return calls, changes, evidence("E3", *rows, units={"p95": "ms", "p95_baseline": "ms"}, baseline_window=BEFORE)


CAUSE = {
    **slotted(
        "causal",
        [
            bound("rows[0].deployed_at", "cause", "E2"),
            bound("rows[0].p95", "effect", "E3"),
            bound("rows[0].calls", "premise", "E1"),
            bound("rows[1].errors", "premise", "E3"),
        ],
        cause={"service": "stock"},
        effect={"service": "shop", "metric": "p95"},
    ),
    "hedge": "likely",
}


def test_departures_that_only_a_window_dates_can_be_consistent() -> None:
    assert verdict(CAUSE, *outage()) == "consistent"
    assert verdict(CAUSE, *outage("2025-03-04T10:30:00Z")) != "consistent"
    assert verdict({**CAUSE, "hedge": "none"}, *outage()) != "consistent"
    assert verdict(changed(CAUSE, cause={"service": "shop"}, effect={"service": "stock"}), *outage()) != "consistent"


def test_a_sentence_of_a_cause_tells_the_way_of_its_effect() -> None:
    assert verdict({**CAUSE, "text": "stock likely caused the p95 rise of shop."}, *outage()) == "consistent"
    for false in ("shop likely caused the p95 rise of stock.", "stock likely caused the p95 drop of shop."):
        assert verdict({**CAUSE, "text": false}, *outage()) != "consistent"


def test_advice_may_rest_on_words_the_catalogue_does_not_have() -> None:
    certs = evidence(
        "E1",
        {"domain": "api.example.org", "hours_left": 10.5},
        {"domain": "www.example.org", "hours_left": 900.0},
        units={"hours_left": "h"},
    )
    claim = slotted("recommendation", [bound("rows[0].hours_left", "premise")], action="renew_certificate", target="api.example.org")
    assert verdict(claim, certs) == "consistent"
    assert verdict(changed(claim, action="raise_pool_size"), certs) == "unverified"
    assert verdict(changed(claim, target="www.example.org"), certs) == "unverified"


def test_a_sentence_may_tell_a_state_of_all_or_of_one_alone() -> None:
    ready = copy.deepcopy(NODES)
    for row in ready["rows"]:
        row["state"] = "Ready"
    assert verdict({"text": "All nodes were Ready."}, ready) == "supported"
    assert verdict({"text": "All nodes were Ready."}, NODES) == "contradicted"
    assert verdict({"text": "Only node-b was NotReady."}, NODES) == "supported"
    for false in ("Only node-a was Ready.", "All databases were Ready.", "Not all nodes were Ready."):
        assert verdict({"text": false}, ready) not in {"supported", "consistent"}
    assert verdict({"text": "Not all nodes were Ready."}, NODES) != "contradicted"


def test_the_order_of_domains_is_read_in_words() -> None:
    certs = evidence(
        "E1",
        {"domain": "a.example.org", "not_after": "2025-03-06T12:00:00Z"},
        {"domain": "b.example.org", "not_after": "2025-05-01T00:00:00Z"},
    )
    first, then = ({"subject": {"domain": f"{one}.example.org"}, "metric": "not_after"} for one in "ab")
    claim = slotted("temporal", [bound("rows[0].not_after"), bound("rows[1].not_after")], first=first, then=then, relation="before")
    assert verdict({**claim, "text": "a.example.org not after before b.example.org."}, certs) == "supported"
    assert verdict({**claim, "text": "a.example.org not after after b.example.org."}, certs) == "contradicted"


def test_a_quote_may_be_typeset() -> None:
    logs = evidence("E1", {"service": "cart", "message": "user 'bot' is over its quota"})
    claim = slotted("quote", [bound("rows[0].message", "quote")], text="user \u2018bot\u2019 is over its quota")
    assert verdict(claim, logs) == "supported"
    assert verdict(changed(claim, text="user \u2018bob\u2019 is over its quota"), logs) == "contradicted"
