"""What the store answered, as evidence: typed cells, exact totals, and whether anything was cut."""

from collections.abc import Mapping
from typing import Any

from domain.evidence import Cell, Evidence, Status, sha256_of
from domain.ids import evidence_uid
from domain.ports import StoreQuery, Table
from tools import cells
from tools.queries import HEAVIEST, ROWS_TOTAL, SCOPE_ROWS, Asked
from tools.template import Aggregate


def answered(asked: Asked, query: StoreQuery, rows: Table, control: Table) -> Evidence:
    """Evidence of an answer; status `empty` when the control saw nothing, so that nothing may be concluded."""
    template = asked.template
    seen = dict(zip(control.columns, control.rows[0], strict=True)) if control.rows else {}
    scope_rows = int(seen.get(SCOPE_ROWS) or 0)
    first = dict(zip(rows.columns, rows.rows[0], strict=True)) if rows.rows and scope_rows else {}
    columns = tuple(spec.column() for spec in template.columns)
    shown = tuple(cells.row(row[: len(columns)], columns) for row in rows.rows) if scope_rows else ()
    totals = {**_totals(template.row_totals, first), **_totals(template.scope_totals, seen)}
    total = int(totals.get(template.rows_total, 0)) if template.rows_total else int(first.get(ROWS_TOTAL, 0))
    return _evidence(
        asked,
        query,
        rows=shown,
        rows_total=total,
        truncated=total > len(shown),
        sampled=int(seen.get(HEAVIEST) or 0) > 1,
        scope_rows=scope_rows,
        aggregates=totals,
        status="ok" if scope_rows else "empty",
        message=_message(len(shown), total, scope_rows),
    )


def failed(asked: Asked, query: StoreQuery, status: Status, message: str) -> Evidence:
    """Evidence that there is no answer, and why."""
    return _evidence(asked, query, rows=(), rows_total=0, status=status, message=message)


def _evidence(asked: Asked, query: StoreQuery, **seen: Any) -> Evidence:
    template, call, scope = asked.template, asked.call, asked.scope
    return Evidence(
        id=call.evidence_id,
        tool="metric",
        template=template.name,
        window=scope.window,
        columns=tuple(spec.column() for spec in template.columns),
        run_id=scope.run_id,
        uid=evidence_uid(scope.run_id, call.evidence_id),
        step=call.step,
        params={**asked.filters, "limit": asked.limit},
        query_sha256=query_sha256(query),
        tenant=scope.tenant,
        step_s=asked.step_s,
        baseline_window=call.baseline if template.needs_baseline else None,
        title=template.title,
        **seen,
    )


def query_sha256(query: StoreQuery) -> str:
    """The hash of a query's text, parameters and windows: another one means that the template has changed."""
    windows = {name: window.as_json() for name, window in query.windows.items()}
    return sha256_of([query.sql, query.params, windows])


def _totals(totals: tuple[Aggregate, ...], row: Mapping[str, Any]) -> dict[str, Cell]:
    """No row at all means that there was nothing to add up."""
    return {total.name: cells.plain(row.get(f"total_{total.name}", 0)) for total in totals}


def _message(shown: int, total: int, scope_rows: int) -> str:
    if not scope_rows:
        return "no data in scope: nothing was stored that could have shown this"
    return f"{shown:,} of {total:,} rows shown" if total > shown else ""
