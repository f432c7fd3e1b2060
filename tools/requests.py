"""Is this call one the tool can answer? If not: what is wrong, and what would be right."""

from collections.abc import Collection

from domain.calls import Filters, Refusal, ToolCall, ToolSpec
from domain.ports import TelemetryStore
from domain.telemetry import SEVERITY_NUMBERS
from tools.queries import UNWINDOWED
from tools.template import MetricTemplate

MAX_FILTER = 1_000
STATUSES = "a status code such as '404', or a class such as '5xx'"


def refusal(template: MetricTemplate, call: ToolCall, store: TelemetryStore) -> Refusal | None:
    """Why a call cannot be answered; None when it can."""
    for reason, hint in (
        _missing(template, store),
        _not_taken(template.name, template.takes, call.filters),
        _bad_value(call.filters),
        _bad_limit(template, call.filters.limit),
        _no_baseline(template, call),
    ):
        if reason:
            return Refusal(template.name, reason, hint)
    return None


def missing_columns(template: MetricTemplate, store: TelemetryStore) -> str:
    """Why the store cannot answer a template; empty when it can."""
    for relation, columns in template.needs.items():
        known = store.logical_columns(relation.removesuffix("_before"))
        lacking = [column for column in columns if column not in known]
        if not known and relation not in UNWINDOWED:
            return f"this store has no {relation.removesuffix('_before')}"
        if lacking:
            return f"this store's {relation.removesuffix('_before')} have no {', '.join(lacking)}"
    return ""


def _missing(template: MetricTemplate, store: TelemetryStore) -> tuple[str, str]:
    reason = missing_columns(template, store)
    return (reason, "choose a tool that is marked as available") if reason else ("", "")


def foreign_filter(spec: ToolSpec, filters: Filters) -> Refusal | None:
    """Why a composite tool cannot be asked with these filters; None when it can."""
    reason, hint = _not_taken(spec.name, spec.takes, filters)
    return Refusal(spec.name, reason, hint) if reason else None


def _not_taken(tool: str, takes: Collection[str], filters: Filters) -> tuple[str, str]:
    foreign = [name for name in filters.given() if name not in {*takes, "limit"}]
    if not foreign:
        return "", ""
    taken = ", ".join(name for name in takes if name != "limit") or "no filter"
    return f"{tool!r} does not take {', '.join(map(repr, foreign))}", f"it takes {taken}; leave the others out"


def _bad_value(filters: Filters) -> tuple[str, str]:
    if filters.severity and filters.severity not in SEVERITY_NUMBERS:
        return f"{filters.severity!r} is no severity", f"one of {', '.join(SEVERITY_NUMBERS)}"
    if filters.status and not _is_status(filters.status):
        return f"{filters.status!r} is no status", STATUSES
    long = next((name for name, value in filters.given().items() if isinstance(value, str) and len(value) > MAX_FILTER), "")
    return (f"the filter {long!r} is longer than {MAX_FILTER} characters", "give a shorter one") if long else ("", "")


def _is_status(status: str) -> bool:
    code = status.isascii() and status.isdigit() and "100" <= status <= "599"
    return len(status) == len("404") and (code or (status[0] in "12345" and status[1:] == "xx"))


def _bad_limit(template: MetricTemplate, limit: int) -> tuple[str, str]:
    if 0 <= limit <= template.row_cap:
        return "", ""
    return f"limit {limit!r} is outside 1 to {template.row_cap}", f"leave it out for {template.limit} rows"


def _no_baseline(template: MetricTemplate, call: ToolCall) -> tuple[str, str]:
    if not template.needs_baseline or call.baseline:
        return "", ""
    return f"{template.name!r} compares two windows and got one", "give a baseline window, such as the same length just before"
