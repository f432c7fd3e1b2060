"""Claims and evidence as documents: what is accepted, and what verdict a claim of each kind gets."""

from typing import Any

import pytest

from domain.errors import WrongUseError
from grounding.documents import claims_from_json, evidence_from_json, schema, verify_documents

W = {"start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
EVIDENCE: list[dict[str, Any]] = [
    {
        "id": "E1",
        "tool": "metric",
        "template": "latency_by_route",
        "params": {},
        "status": "ok",
        "window": {**W, "tz": "UTC", "step_s": 60},
        "truncated": False,
        "rows_total": 3,
        "scope_rows": 5000,
        "columns": [
            {"name": "service", "type": "string", "role": "key", "trust": "external"},
            {"name": "route", "type": "string", "role": "key"},
            {"name": "count", "type": "integer", "unit": "1", "agg": "count", "role": "measure"},
            {"name": "p95_ms", "type": "number", "unit": "ms", "agg": "p95", "role": "measure"},
            {"name": "error_rate", "type": "number", "unit": "%", "agg": "ratio", "role": "measure"},
        ],
        "rows": [
            {"service": "checkout", "route": "/pay", "count": 12345, "p95_ms": 912.437, "error_rate": 3.27},
            {"service": "cart", "route": "/cart", "count": 8101, "p95_ms": 120.5, "error_rate": 0.4},
            {"service": "search", "route": "/q", "count": 50210, "p95_ms": 45.11, "error_rate": 0.02},
        ],
    },
    {
        "id": "E2",
        "tool": "metric",
        "template": "ssh_failed_by_source",
        "params": {"limit": 5},
        "status": "ok",
        "window": W,
        "truncated": True,
        "rows_total": 97,
        "scope_rows": 9000,
        "columns": [
            {"name": "client", "type": "string"},
            {
                "name": "attempts",
                "type": "integer",
                "unit": "1",
                "agg": "sum",
                "label": "failed password attempts",
                "phrase": "{subject} made {value} failed password attempts",
            },
            {"name": "first_seen", "type": "time"},
            {"name": "last_seen", "type": "time"},
        ],
        "rows": [
            {"client": "183.62.140.253", "attempts": 286, "first_seen": "2026-03-01T10:00:05Z", "last_seen": "2026-03-01T10:20:05Z"},
            {"client": "187.141.143.180", "attempts": 80, "first_seen": "2026-03-01T10:04:05Z", "last_seen": "2026-03-01T10:09:11.25Z"},
            {"client": "103.99.0.122", "attempts": 46, "first_seen": "2026-03-01T10:03:05Z", "last_seen": "2026-03-01T10:30:00Z"},
        ],
        "aggregates": {"total_attempts": 521, "sources": 97},
    },
    {
        "id": "E3",
        "tool": "logs",
        "template": "search",
        "params": {"service": "billing"},
        "status": "empty",
        "window": W,
        "truncated": False,
        "rows_total": 0,
        "scope_rows": 120,
        "columns": [{"name": "time", "type": "time"}, {"name": "body", "type": "string"}],
        "rows": [],
        "aggregates": {"errors": 0},
    },
    {
        "id": "E4",
        "tool": "metric",
        "template": "errors_per_minute",
        "params": {"service": "checkout"},
        "status": "ok",
        "window": {**W, "step_s": 60},
        "truncated": False,
        "rows_total": 4,
        "scope_rows": 99,
        "columns": [{"name": "time", "type": "time", "role": "time"}, {"name": "errors", "type": "integer", "unit": "1", "agg": "count"}],
        "rows": [{"time": f"2026-03-01T10:0{i}:00Z", "errors": v} for i, v in enumerate([3, 5, 40, 2])],
    },
    {
        "id": "E5",
        "tool": "logs",
        "template": "search",
        "params": {},
        "status": "ok",
        "window": W,
        "truncated": False,
        "rows_total": 2,
        "scope_rows": 99,
        "columns": [
            {"name": "time", "type": "time"},
            {"name": "service", "type": "string"},
            {"name": "body", "type": "string", "trust": "external"},
        ],
        "rows": [
            {"time": "2026-03-01T10:05:00Z", "service": "checkout", "body": "Error: pool exhausted (size=20)"},
            {"time": "2026-03-01T10:06:00Z", "service": "cart", "body": "GET /cart 200 in 12ms"},
        ],
    },
    {
        "id": "E6",
        "tool": "metric",
        "template": "requests",
        "params": {},
        "status": "ok",
        "window": W,
        "rows_total": 1,
        "scope_rows": 99,
        "columns": [
            {"name": "requests", "type": "integer", "unit": "1", "agg": "count"},
            {"name": "error_ratio", "type": "number", "unit": "1", "agg": "ratio"},
        ],
        "rows": [{"requests": 70656, "error_ratio": 0.0312}],
    },
]

S = {"service": "checkout"}
T, F, N = "supported", "contradicted", "unverified"
NOT = "not supported"


def q(subject: Any, metric: str, agg: str, value: Any, unit: str, **rest: Any) -> dict[str, Any]:
    """A quantity; `ev`, `path`, `op`, more `slots`, `text` and `derive` by name."""
    slots = {"subject": subject, "metric": metric, "agg": agg, "op": rest.pop("op", "="), "value": value, "unit": unit}
    bind = {"evidence": rest.pop("ev", "E1"), "path": rest.pop("path", "rows[0].p95_ms"), "role": "value"}
    return {"kind": "quantity", "slots": {**slots, **rest.pop("slots", {})}, "bind": [bind], **rest}


def counted(value: int, path: str, ev: str = "E1") -> dict[str, Any]:
    return {**q("all", "services", "count", value, "1", ev=ev, path=path)}


CASES: list[tuple[dict[str, Any], str | None]] = [
    (counted(3, "rows[*]"), T),
    (counted(4, "rows[*]"), F),
    (counted(3, "rows[*]", ev="E2"), N),
    (q(S, "p95_ms", "p95", 912.4, "ms"), T),
    (q(S, "p95_ms", "p95", 912, "ms"), T),
    (q(S, "p95_ms", "p95", 0.91, "s"), T),
    (q(S, "p95_ms", "p95", 0.92, "s"), F),
    (q(S, "p95 latency", "p95", 912, "ms"), T),
    (q(S, "latency", "p95", 912, "ms"), T),
    (q(S, "latency", "p99", 912, "ms"), F),
    (q("checkout", "p95_ms", "p95", 912, "ms"), T),
    (q("checkout /pay", "p95_ms", "p95", 912, "ms"), T),
    (q("cart", "p95_ms", "p95", 912, "ms"), F),
    (q({"service": "cart"}, "p95_ms", "p95", 912, "ms"), F),
    (q({"service": "checkout", "route": "/pay"}, "p95_ms", "p95", 912, "ms"), T),
    (q({"service": "checkout", "region": "eu"}, "p95_ms", "p95", 912, "ms"), N),
    (q("all", "p95_ms", "p95", 912, "ms"), N),
    (q(S, "p95_ms", "p95", 912, "s"), F),
    (q(S, "error_rate", "ratio", 3.27, "%", path="rows[service=checkout].error_rate"), T),
    (q(S, "error_rate", "ratio", 0.0327, "1", path="rows[service=checkout].error_rate"), T),
    (q(S, "error_rate", "ratio", 3.27, "pp", path="rows[service=checkout].error_rate"), F),
    (q(S, "error rate", "rate", 3.3, "%", path="rows[service=checkout].error_rate"), F),
    (q("all", "requests", "count", 70656, "1", ev="E6", path="rows[0].requests"), T),
    (q("all", "error_ratio", "ratio", 3.12, "%", ev="E6", path="rows[0].error_ratio"), T),
    (q("all", "error_ratio", "ratio", 3.1, "%", ev="E6", path="rows[0].error_ratio"), T),
    (q("all", "error_ratio", "ratio", 31.2, "%", ev="E6", path="rows[0].error_ratio"), F),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made 286 failed password attempts",
        ),
        T,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made 268 failed password attempts",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="187.141.143.180 made 286 failed password attempts",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="8.8.8.8 made 286 failed password attempts",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 did not make 286 failed password attempts",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made 286 accepted logins",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made 286 failed password attempts because of a leak",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="Between 10:00 and 11:00 UTC, 183.62.140.253 tried 286 passwords in vain.",
        ),
        T,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="Between 10:00 and 12:00 UTC, 183.62.140.253 tried 286 passwords in vain.",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="In the last hour 183.62.140.253 made more than 250 failed attempts.",
        ),
        T,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made more than 300 failed attempts.",
        ),
        NOT,
    ),
    (
        q(
            {"client": "183.62.140.253"},
            "attempts",
            "sum",
            286,
            "1",
            ev="E2",
            path="rows[0].attempts",
            text="183.62.140.253 made about 290 failed attempts on March 1, 2026.",
        ),
        T,
    ),
    (q("all", "total_attempts", "sum", 521, "1", ev="E2", path="aggregates.total_attempts"), T),
    (q("all", "attempts", "count", 521, "1", ev="E2", path="aggregates.total_attempts"), T),
    (q("all", "attempts", "p95", 521, "1", ev="E2", path="aggregates.total_attempts"), F),
    ({**q("all", "attempts", "sum", 412, "1", ev="E2", path="rows[*].attempts"), "derive": "sum(rows[*].attempts)"}, N),
    ({**q("all", "count", "sum", 70656, "1", path="rows[*].count"), "derive": "sum(rows[*].count)"}, T),
    ({**q("all", "count", "sum", 70657, "1", path="rows[*].count"), "derive": "sum"}, F),
    ({**q("all", "services", "count", 3, "1", path="rows[*].service"), "derive": "count(rows[*].service)"}, T),
    ({**q("all", "clients", "count", 3, "1", ev="E2", path="rows[*].client"), "derive": "count(rows[*].client)"}, N),
    (
        q(
            {"service": "checkout"},
            "errors",
            "count",
            40,
            "1",
            ev="E4",
            path="rows[2].errors",
            slots={"window": {"start": "2026-03-01T10:02:00Z", "end": "2026-03-01T10:03:00Z"}},
        ),
        T,
    ),
    (
        q(
            {"service": "checkout"},
            "errors",
            "count",
            40,
            "1",
            ev="E4",
            path="rows[2].errors",
            slots={"window": {"start": "2026-03-01T10:03:00Z", "end": "2026-03-01T10:04:00Z"}},
        ),
        NOT,
    ),
    (q({"service": "checkout"}, "errors", "count", 40, "1", ev="E4", path="rows[2].errors", slots={"window": W}), NOT),
    (
        {
            **q({"service": "checkout"}, "errors", "max", 40, "1", ev="E4", path="rows[*].errors", slots={"window": W}),
            "derive": "max(rows[*].errors)",
        },
        T,
    ),
    (
        {
            **q({"service": "checkout"}, "errors", "sum", 50, "1", ev="E4", path="rows[*].errors", slots={"window": W}),
            "derive": "sum(rows[*].errors)",
        },
        T,
    ),
    (
        {
            **q({"service": "cart"}, "errors", "sum", 50, "1", ev="E4", path="rows[*].errors", slots={"window": W}),
            "derive": "sum(rows[*].errors)",
        },
        F,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": {"client": "183.62.140.253"}, "quantifier": "most", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[0].client"}],
        },
        T,
    ),
    (
        {
            "kind": "entity",
            "slots": {"attribute": "client", "value": "183.62.140.253", "quantifier": "most", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[0].client"}],
        },
        T,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": "all", "attribute": "client", "value": "187.141.143.180", "quantifier": "most", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[1].client"}],
        },
        F,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": {"client": "187.141.143.180"}, "quantifier": "top 2", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[1].attempts"}],
        },
        T,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": {"client": "103.99.0.122"}, "quantifier": "top 2", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[2].attempts"}],
        },
        F,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": {"client": "103.99.0.122"}, "quantifier": "least", "by": "attempts"},
            "bind": [{"evidence": "E2", "path": "rows[2].attempts"}],
        },
        N,
    ),
    (
        {
            "kind": "entity",
            "slots": {"subject": {"client": "183.62.140.253"}, "quantifier": "first", "by": "first_seen"},
            "bind": [{"evidence": "E2", "path": "rows[0].first_seen"}],
        },
        N,
    ),
    (
        {
            "kind": "absence",
            "slots": {"subject": {"service": "billing"}, "what": "errors", "window": W},
            "bind": [{"evidence": "E3", "path": "aggregates.errors"}],
        },
        T,
    ),
    (
        {
            "kind": "absence",
            "slots": {"subject": {"service": "billing"}, "what": "errors", "window": W},
            "bind": [{"evidence": "E3", "path": "aggregates.errors"}],
            "text": "No errors in billing between 10:00 and 11:00 UTC",
        },
        T,
    ),
    (
        {
            "kind": "absence",
            "slots": {"subject": {"service": "billing"}, "what": "errors", "window": W},
            "bind": [{"evidence": "E3", "path": "aggregates.errors"}],
            "text": "Errors were seen in billing",
        },
        NOT,
    ),
    (
        {
            "kind": "absence",
            "slots": {"subject": {"service": "cart"}, "what": "errors", "window": W},
            "bind": [{"evidence": "E3", "path": "aggregates.errors"}],
        },
        NOT,
    ),
    (
        {
            "kind": "absence",
            "slots": {"subject": {"service": "checkout"}, "what": "errors", "window": W},
            "bind": [{"evidence": "E4", "path": "rows[*].errors"}],
        },
        F,
    ),
    ({"kind": "absence", "slots": {"what": "successful logins", "window": W}, "bind": [{"evidence": "E2", "path": "rows[*]"}]}, NOT),
    (
        {
            "kind": "temporal",
            "slots": {"event": {"client": "187.141.143.180", "metric": "last_seen"}, "at": "2026-03-01T10:09:11Z"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        T,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"event": {"client": "187.141.143.180"}, "at": "2026-03-01T19:09:11+09:00"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        T,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"event": {"client": "187.141.143.180"}, "at": "2026-03-01T10:09Z"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        T,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"event": {"client": "187.141.143.180"}, "at": "2026-03-01T10:09:11"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        N,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"event": "first failed login from 187.141.143.180", "at": "2026-03-01T10:09:11Z"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        NOT,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"event": "last failed login from 187.141.143.180", "at": "2026-03-01T10:09:11Z"},
            "bind": [{"evidence": "E2", "path": "rows[1].last_seen"}],
        },
        T,
    ),
    (
        {
            "kind": "temporal",
            "slots": {
                "first": {"subject": {"client": "183.62.140.253"}, "metric": "first_seen"},
                "then": {"subject": {"client": "103.99.0.122"}, "metric": "first_seen"},
                "relation": "before",
                "gap_s": 180,
            },
            "bind": [{"evidence": "E2", "path": "rows[0].first_seen"}, {"evidence": "E2", "path": "rows[2].first_seen"}],
        },
        T,
    ),
    (
        {
            "kind": "temporal",
            "slots": {"first": {"subject": "103.99.0.122"}, "then": {"subject": "183.62.140.253"}, "relation": "before"},
            "bind": [{"evidence": "E2", "path": "rows[2].first_seen"}, {"evidence": "E2", "path": "rows[0].first_seen"}],
        },
        F,
    ),
    (
        {
            "kind": "temporal",
            "slots": {
                "first": {"subject": {"service": "checkout"}, "metric": "errors", "threshold": 4},
                "then": {"subject": {"service": "checkout"}, "metric": "errors", "threshold": 30},
                "relation": "before",
            },
            "bind": [{"evidence": "E4", "path": "rows[*].errors", "role": "series"}],
        },
        N,
    ),
    (
        {
            "kind": "quote",
            "slots": {"text": "pool exhausted (size=20)"},
            "bind": [{"evidence": "E5", "path": "rows[0].body", "role": "quote"}],
        },
        T,
    ),
    (
        {
            "kind": "quote",
            "slots": {"text": "pool  exhausted\n(size=20)"},
            "bind": [{"evidence": "E5", "path": "rows[0].body", "role": "quote"}],
        },
        T,
    ),
    (
        {
            "kind": "quote",
            "slots": {"text": "pool exhausted (size=2"},
            "bind": [{"evidence": "E5", "path": "rows[0].body", "role": "quote"}],
        },
        F,
    ),
    ({"kind": "quote", "slots": {"text": "pool exhausted"}, "bind": [{"evidence": "E5", "path": "rows[1].body", "role": "quote"}]}, F),
    (
        {
            "kind": "comparison",
            "slots": {
                "subject": S,
                "other": {"service": "cart"},
                "metric": "p95_ms",
                "agg": "p95",
                "op": "ratio",
                "value": 7.6,
                "unit": "1",
            },
            "bind": [
                {"evidence": "E1", "path": "rows[0].p95_ms", "role": "value"},
                {"evidence": "E1", "path": "rows[1].p95_ms", "role": "baseline"},
            ],
        },
        T,
    ),
    (
        {
            "kind": "comparison",
            "slots": {"subject": S, "other": "cart", "metric": "p95_ms", "agg": "p95", "op": "higher"},
            "bind": [
                {"evidence": "E1", "path": "rows[0].p95_ms", "role": "value"},
                {"evidence": "E1", "path": "rows[1].p95_ms", "role": "baseline"},
            ],
            "text": "checkout's p95 latency was 7.6 times cart's",
        },
        T,
    ),
    (
        {
            "kind": "comparison",
            "slots": {
                "subject": S,
                "other": "cart",
                "metric": "error_rate",
                "agg": "ratio",
                "op": "difference",
                "value": 2.87,
                "unit": "pp",
            },
            "bind": [
                {"evidence": "E1", "path": "rows[0].error_rate", "role": "value"},
                {"evidence": "E1", "path": "rows[1].error_rate", "role": "baseline"},
            ],
        },
        T,
    ),
    (
        {
            "kind": "comparison",
            "slots": {
                "subject": S,
                "other": "cart",
                "metric": "error_rate",
                "agg": "ratio",
                "op": "difference",
                "value": 2.87,
                "unit": "%",
            },
            "bind": [
                {"evidence": "E1", "path": "rows[0].error_rate", "role": "value"},
                {"evidence": "E1", "path": "rows[1].error_rate", "role": "baseline"},
            ],
        },
        F,
    ),
    ({"text": "183.62.140.253 made 286 failed password attempts."}, T),
    ({"text": "183.62.140.253 made 80 failed password attempts."}, F),
    ({"text": "There were 521 failed password attempts in total."}, T),
    ({"text": "There were 522 failed attempts in total."}, NOT),
    ({"text": "The p95 latency of checkout was 912 ms."}, T),
    ({"text": "checkout's p95 latency was 0.9 s"}, T),
    ({"text": "checkout p95 latency was 120.5 ms"}, F),
    ({"text": "payments p95 latency was 912 ms"}, NOT),
    ({"text": "The error rate of checkout is 3.3%"}, T),
    ({"text": "The error rate of checkout is 33%"}, F),
    ({"text": "checkout had an error rate of 3.27 % and a p95 latency of 912 ms"}, T),
    ({"text": "checkout had an error rate of 3.27 % and a p95 latency of 120 ms"}, F),
    ({"text": "cart was slower than checkout"}, NOT),
    ({"text": "checkout had a higher p95 latency than cart"}, T),
    ({"text": "cart had a higher p95 latency than checkout"}, F),
    ({"text": "No errors were found in billing."}, T),
    ({"text": "billing had 3 errors"}, NOT),
    ({"text": "The database was down."}, N),
    ({"text": "Requests totalled 70,656"}, T),
    ({"text": "The error ratio was 3.1 %"}, T),
    ({"text": "183.62.140.253 had the most failed password attempts, 286 in all."}, T),
    ({"text": "187.141.143.180 had the most failed password attempts."}, F),
    ({"text": "The last attempt of 183.62.140.253 was at 2026-03-01T10:20:05Z"}, T),
    ({"text": "The last attempt of 183.62.140.253 was at 10:20:05 UTC"}, T),
    ({"text": "The first attempt of 183.62.140.253 was at 10:20:05 UTC"}, F),
    ({"text": 'checkout logged "pool exhausted (size=20)"'}, T),
    ({"text": 'cart logged "pool exhausted (size=20)"'}, NOT),
]


@pytest.mark.parametrize(("claim", "wanted"), CASES, ids=[str(i) for i in range(len(CASES))])
def test_a_claim_gets_the_verdict_its_evidence_gives_it(claim: dict[str, Any], wanted: str) -> None:
    verdict = verify_documents([claim], EVIDENCE)["claims"][0]
    assert (verdict["verdict"] != "supported") if wanted == NOT else (verdict["verdict"] == wanted), verdict


def test_the_answer_has_a_verdict_a_claim_and_the_score() -> None:
    answer = verify_documents([CASES[0][0], {"id": "X", "text": "The database was down."}], EVIDENCE)
    assert [claim["id"] for claim in answer["claims"]] == ["C1", "X"]
    assert answer["grounding"]["verdicts"] == {"supported": 1, "unverified": 1}
    assert 0 < answer["grounding"]["score"] < 100


def test_no_claims_have_no_score() -> None:
    assert verify_documents([], EVIDENCE)["grounding"]["score"] is None


@pytest.mark.parametrize(
    ("claims", "where"),
    [
        ([{"kind": "quantity", "bind": [{"evidence": "E1", "path": 5}]}], "claims[0].bind[0].path"),
        ([{"kind": "opinion", "text": "x"}], "claims[0].kind"),
        ([{"id": "C1"}], "claims[0]"),
        ("text", "claims"),
    ],
)
def test_a_malformed_claim_is_refused_by_the_place_of_the_fault(claims: Any, where: str) -> None:
    with pytest.raises(WrongUseError) as caught:
        claims_from_json(claims)
    assert str(caught.value).startswith(f"{where}:")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"rows": "none"}, "evidence[0].rows"),
        ({"status": "fine"}, "evidence[0].status"),
        ({"window": {"start": "yesterday", "end": "now"}}, "evidence[0].window"),
        ({"columns": [{"name": "a", "type": "money"}]}, "evidence[0].columns[0].type"),
    ],
)
def test_malformed_evidence_is_refused_by_the_place_of_the_fault(change: dict[str, Any], where: str) -> None:
    with pytest.raises(WrongUseError) as caught:
        evidence_from_json([{"id": "E1", **change}])
    assert str(caught.value).startswith(f"{where}:")


def test_an_evidence_id_may_occur_once() -> None:
    with pytest.raises(WrongUseError, match="'E1' occurs twice"):
        evidence_from_json([{"id": "E1"}, {"id": "E1"}])


def test_what_columns_leave_out_is_told_from_cells_and_names() -> None:
    (one,) = evidence_from_json([{"id": "E1", "rows": [{"service": "a", "p95_ms": 1.5, "hits": 3, "at": "2026-03-01T10:00:00Z"}]}])
    columns = {column.name: column for column in one.columns}
    assert [columns[name].role for name in ("service", "p95_ms", "hits", "at")] == ["key", "measure", "measure", "time"]
    assert (columns["p95_ms"].unit, columns["p95_ms"].agg) == ("ms", "p95")


def test_evidence_survives_its_own_document() -> None:
    before = evidence_from_json(EVIDENCE)
    after = evidence_from_json([one.as_json() for one in before])
    assert [one.sha256 for one in before] == [one.sha256 for one in after]


@pytest.mark.parametrize("name", ["claims", "evidence"])
def test_schemas_are_published(name: str) -> None:
    assert schema(name)["type"] == "array"
