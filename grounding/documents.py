"""Claims and evidence as JSON documents: validated against the published schemas, then as domain types."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator

from domain.claims import Binding, Claim, ClaimKind
from domain.errors import WrongUseError
from domain.evidence import Column, Evidence
from domain.ids import DEFAULT_TENANT, EvidenceUid, RunId, Tenant
from domain.window import Window, parse_rfc3339
from grounding import score, units, windows
from grounding.citations import GOOD, citations
from grounding.coverage import coverage
from grounding.knowledge import NOTHING, Knowledge
from grounding.paths import column_type
from grounding.verifier import verify

_PLAIN = ("tool", "template", "title", "message", "query_sha256")
# Columns of text that collectors fill from a closed list, where a document does not say whose words they hold.
_STATES = frozenset({"state", "status", "health", "severity", "level"})


def verify_documents(claims: Any, evidence: Any, knowledge: Knowledge = NOTHING) -> dict[str, Any]:
    """Verdict and reason per claim and the score over all; raises WrongUseError naming the bad field."""
    sources = {one.id: one for one in evidence_from_json(evidence)}
    judged = verify(claims_from_json(claims), sources, knowledge)
    found = citations(judged, lambda claim: verify([claim], sources, knowledge)[0].verdict in GOOD)
    graded = score.score(judged, coverage(judged, sources))
    grounding = score.cited(graded, found, score.gate(graded))
    shown = [{"id": one.claim.id, "verdict": one.verdict, "reason": one.reason} for one in judged]
    return {"claims": shown, "grounding": grounding.as_json()}


def claims_from_json(document: Any) -> tuple[Claim, ...]:
    """Claims of a list of objects (or of sentences); missing ids are numbered. Raises WrongUseError."""
    items = document.get("claims", [document]) if isinstance(document, Mapping) else document
    if isinstance(items, Sequence) and not isinstance(items, str):
        items = [{"text": item} if isinstance(item, str) else item for item in items]
    _validate("claims", items)
    return tuple(_claim(item, i) for i, item in enumerate(items, 1))


def _claim(item: Mapping[str, Any], number: int) -> Claim:
    kind = cast("ClaimKind", item.get("kind") or "text")
    return Claim(
        id=item.get("id") or f"C{number}",
        kind=kind,
        slots=dict(item.get("slots") or {}),
        bind=tuple(_binding(one) for one in item.get("bind") or ()),
        text=item.get("text") or "",
        derive=item.get("derive") or "",
        hedge="" if item.get("hedge") in {None, "none"} else item["hedge"],
        materiality=item.get("materiality", "normal"),
        agent=item.get("agent") or "",
    )


def _binding(item: Mapping[str, Any]) -> Binding:
    return Binding(item["evidence"], item.get("path", ""), item.get("role", "value"))


def evidence_from_json(document: Any) -> tuple[Evidence, ...]:
    """Evidence of a list of objects as analysis documents carry them; raises WrongUseError."""
    items = document.get("evidence", [document]) if isinstance(document, Mapping) else document
    _validate("evidence", items)
    found = tuple(_evidence(item, i) for i, item in enumerate(items))
    seen: set[str] = set()
    for one in found:
        if one.id in seen:
            raise WrongUseError(f"evidence id {one.id!r} occurs twice; give each evidence its own id")
        seen.add(one.id)
    return found


def _evidence(item: Mapping[str, Any], index: int) -> Evidence:
    columns = _columns(item)
    rows = tuple(_row(row, columns) for row in item.get("rows", ()))
    window = item.get("window") or {}
    return Evidence(
        id=item["id"],
        window=_window(item.get("window"), f"evidence[{index}].window") or windows.UNKNOWN,
        columns=columns,
        rows=rows,
        rows_total=len(rows) if item.get("rows_total") is None else item["rows_total"],
        params=item.get("params") or {},
        status=item.get("status", "ok"),
        truncated=item.get("truncated", False),
        sampled=item.get("sampled", False),
        aggregates=item.get("aggregates") or {},
        baseline_window=_window(item.get("baseline_window"), f"evidence[{index}].baseline_window"),
        step_s=int(item.get("step_s") or window.get("step_s") or 0),
        **_identity(item),
    )


def _identity(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: item.get(name) or "" for name in _PLAIN},
        "uid": EvidenceUid(item.get("uid") or ""),
        "run_id": RunId(item.get("run_id") or ""),
        "tenant": Tenant(item.get("tenant") or DEFAULT_TENANT),
        "step": item.get("step") or 0,
        "lag_s": float(item.get("lag_s") or 0.0),
        "scope_rows": item.get("scope_rows") or 0,
    }


def _window(item: Mapping[str, Any] | None, where: str) -> Window | None:
    if not item:
        return None
    try:
        return Window(parse_rfc3339(item["start"]), parse_rfc3339(item["end"]), item.get("tz") or "UTC")
    except ValueError as error:
        raise WrongUseError(f"{where}: {error}; give start and end in RFC 3339") from error


def _columns(item: Mapping[str, Any]) -> tuple[Column, ...]:
    declared = [_column(column, item.get("rows", ())) for column in item.get("columns", ())]
    named = {column.name for column in declared}
    rest = {name: value for row in item.get("rows", ()) if isinstance(row, Mapping) for name, value in row.items() if name not in named}
    return (*declared, *(_column({"name": name}, [{name: value}]) for name, value in rest.items()))


def _column(item: Mapping[str, Any], rows: Sequence[Any]) -> Column:
    """What a document leaves out is told from the cells and the name; an undeclared aggregation stays open."""
    name = item["name"]
    cells = (row.get(name) for row in rows if isinstance(row, Mapping))
    kind = item.get("type") or column_type(next((cell for cell in cells if cell is not None), ""))
    role = item.get("role") or {"string": "key", "time": "time", "array": "key"}.get(kind, "measure")
    return Column(
        name,
        kind,
        unit=units.unit_in_name(name) if item.get("unit") is None else item["unit"],
        agg=units.agg_in_name(name) if item.get("agg") is None else item["agg"],
        trust=item.get("trust") or ("external" if kind in {"string", "array"} and name not in _STATES else "platform"),
        role=cast("Any", role),
        label=item.get("label") or "",
        phrase=item.get("phrase") or "",
    )


def _row(row: Any, columns: Sequence[Column]) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    return dict(zip((column.name for column in columns), row, strict=False))


@lru_cache(maxsize=2)
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name))


def schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of `claims` or `evidence`."""
    text = (files("grounding") / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def _validate(name: str, items: Any) -> None:
    error = min(_validator(name).iter_errors(items), key=lambda found: [str(part) for part in found.absolute_path], default=None)
    if error is None:
        return
    where = name + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)
    raise WrongUseError(f"{where}: {error.message[:200]}; see the schema {name}.schema.json")
