"""A briefing as Markdown, for terminals and messages; every line is the document's own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from agents.messages import said
from agents.writer import told_grounding
from grounding import display
from grounding.sanitising import guarded, inline

Document = Mapping[str, Any]
Tell = Callable[..., str]
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
    tell = partial(said, language=briefing.get("language", "en"))
    kind = tell(briefing["kind"].replace("_", " ")).capitalize()
    head = [tell("# {kind} briefing, {start} to {end}", kind=kind, start=period["start"], end=period["end"])]
    parts = [
        [*head, "", inline(briefing["summary"])],
        list(_issues(briefing["top_issues"], tell)),
        list(_metrics(briefing["key_metrics"], tell)),
        list(_health(briefing["service_health"], tell)),
    ]
    parts += [_list(tell(title), briefing[name]) for name, title in LISTS]
    parts += [_incidents(briefing, tell), list(_footer(briefing, tell))]
    return guarded("\n\n".join("\n".join(part) for part in parts if part))


def _issues(issues: Sequence[Document], tell: Tell) -> Iterator[str]:
    if issues:
        yield f"## {tell('Top issues')}"
    for number, issue in enumerate(issues, start=1):
        incident = tell(", incident {name}", name=issue["incident_id"]) if issue["incident_id"] else ""
        about = f"{tell(issue['severity'])}, {_when(issue, tell)}{incident}"
        yield f"{number}. **{inline(issue['title'])}** ({about}). {inline(issue['text'])}"
        if issue["likely_cause"]:
            yield f"   ≈ {inline(issue['likely_cause'])}"


def _when(issue: Document, tell: Tell) -> str:
    start, end = issue["start"], issue["end"]
    if start and end:
        return tell("{start} to {end}", start=start, end=end)
    return tell("since {start}", start=start) if start else tell("in the period")


def _metrics(metrics: Sequence[Document], tell: Tell) -> Iterator[str]:
    if metrics:
        yield from (f"## {tell('Key figures')}", _row(list(map(tell, ("figure", "value", "before", "trend")))), "|---|---:|---:|:-:|")
    for one in metrics:
        yield _row(
            (tell(one["name"].replace("_", " ")), _number(one["value"], one["unit"]), _number(one["previous"], one["unit"]), _arrow(one))
        )


def _arrow(metric: Document) -> str:
    return "–" if metric["previous"] is None else ARROWS[metric["trend"]]


def _health(services: Sequence[Document], tell: Tell) -> Iterator[str]:
    if services:
        yield from (f"## {tell('Services')}", _row(list(map(tell, ("service", "state", "error ratio", "p95")))), "|---|---|---:|---:|")
    for one in services:
        yield _row((one["service"], tell(one["state"]), _number(one["error_ratio"], "1"), _number(one["p95_ms"], "ms")))


def _incidents(briefing: Document, tell: Tell) -> list[str]:
    lines = [
        f"- {one['incident_id']}: {display.text(one['title'])} ({tell(one['severity'])}, {tell(one['status'])})"
        for one in briefing["incidents"]
    ]
    means = [
        f"{name.removesuffix('_s').upper()} {_number(briefing[name], 's')}"
        for name in ("mttd_s", "mtta_s", "mttr_s")
        if briefing[name] is not None
    ]
    return [f"## {tell('Incidents')}", *lines, *([", ".join(means) + "."] if means else [])] if lines else []


def _list(title: str, lines: Sequence[str]) -> list[str]:
    return [f"## {title}", *(f"- {inline(line)}" for line in lines)] if lines else []


def _footer(briefing: Document, tell: Tell) -> Iterator[str]:
    grounding = briefing["grounding"]
    counts = (grounding.get("claims_total", 0), grounding.get("claims_removed", 0))
    told = told_grounding(grounding.get("score"), *counts, language=briefing.get("language", "en"))
    run = tell(", run {run}; ", run=briefing["run_id"])
    yield " ".join([f"_{briefing['briefing_id']}{run}{told}.", *briefing["notes"]]) + "_"


def _number(value: Any, unit: str) -> str:
    return "–" if value is None else display.number(value, "" if unit == "1" else unit)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(inline(cell).replace("|", "\\|") for cell in cells) + " |"
