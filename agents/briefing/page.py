"""A briefing as Markdown, for terminals and messages; every line is the document's own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grounding import display
from grounding.sanitising import guarded, inline

Document = Mapping[str, Any]
ARROWS = {"up": "↑", "down": "↓", "stable": "→"}
LISTS: tuple[tuple[str, str], ...] = (
    ("trends", "Trends"),
    ("early_warnings", "Early warnings"),
    ("security_notes", "Security"),
    ("changes_since_last", "Since the last briefing"),
    ("could_not_check", "Could not check"),
)


def markdown(briefing: Document) -> str:
    """The whole briefing."""
    period = briefing["period"]
    head = [
        f"# {briefing['kind'].replace('_', ' ').capitalize()} briefing, {period['start']} to {period['end']}",
        "",
        inline(briefing["summary"]),
    ]
    parts = [
        head,
        list(_issues(briefing["top_issues"])),
        list(_metrics(briefing["key_metrics"])),
        list(_health(briefing["service_health"])),
    ]
    parts += [_list(title, briefing[name]) for name, title in LISTS]
    parts += [_incidents(briefing), list(_footer(briefing))]
    return guarded("\n\n".join("\n".join(part) for part in parts if part))


def _issues(issues: Sequence[Document]) -> Iterator[str]:
    if issues:
        yield "## Top issues"
    for number, issue in enumerate(issues, start=1):
        incident = f", incident {issue['incident_id']}" if issue["incident_id"] else ""
        yield f"{number}. **{inline(issue['title'])}** ({issue['severity']}, {_when(issue)}{incident}). {inline(issue['text'])}"
        if issue["likely_cause"]:
            yield f"   ≈ {inline(issue['likely_cause'])}"


def _when(issue: Document) -> str:
    ends = [issue["start"], issue["end"]]
    return f"{ends[0]} to {ends[1]}" if all(ends) else f"since {ends[0]}" if ends[0] else "in the period"


def _metrics(metrics: Sequence[Document]) -> Iterator[str]:
    if metrics:
        yield from ("## Key figures", "| figure | value | before | trend |", "|---|---:|---:|:-:|")
    for one in metrics:
        yield _row((one["name"].replace("_", " "), _number(one["value"], one["unit"]), _number(one["previous"], one["unit"]), _arrow(one)))


def _arrow(metric: Document) -> str:
    return "–" if metric["previous"] is None else ARROWS[metric["trend"]]


def _health(services: Sequence[Document]) -> Iterator[str]:
    if services:
        yield from ("## Services", "| service | state | error ratio | p95 |", "|---|---|---:|---:|")
    for one in services:
        yield _row((one["service"], one["state"], _number(one["error_ratio"], "1"), _number(one["p95_ms"], "ms")))


def _incidents(briefing: Document) -> list[str]:
    lines = [f"- {one['incident_id']}: {display.text(one['title'])} ({one['severity']}, {one['status']})" for one in briefing["incidents"]]
    means = [
        f"{name.removesuffix('_s').upper()} {_number(briefing[name], 's')}"
        for name in ("mttd_s", "mtta_s", "mttr_s")
        if briefing[name] is not None
    ]
    return ["## Incidents", *lines, *([", ".join(means) + "."] if means else [])] if lines else []


def _list(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", *(f"- {inline(line)}" for line in lines)] if lines else []


def _footer(briefing: Document) -> Iterator[str]:
    grounding = briefing["grounding"]
    score = "n/a" if grounding.get("score") is None else f"{grounding['score']:.0f}"
    told = f"grounding {score} over {grounding.get('claims_total', 0)} claims, {grounding.get('claims_removed', 0)} removed"
    yield " ".join([f"_{briefing['briefing_id']}, run {briefing['run_id']}; {told}.", *briefing["notes"]]) + "_"


def _number(value: Any, unit: str) -> str:
    return "–" if value is None else display.number(value, "" if unit == "1" else unit)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(inline(cell).replace("|", "\\|") for cell in cells) + " |"
