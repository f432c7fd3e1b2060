"""What a briefing looks at: the period, the period before, and each thing that went wrong in it; and what it tells of each look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from agents.briefing.dossier import Dossier, before
from agents.briefing.issues import Issue, traced
from domain.calls import Filters, Tainted, ToolResult, ToolSpec
from domain.claims import Claim
from domain.window import Window
from grounding.rendering import render

MOST_ISSUES = 6
TOLD_ISSUES = 3
MOST_ERRORS = 3
MOST_SUSPICIONS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """One tool over one window. Of its claims at most `most` are told: those about `tells` (columns and totals), of one `row` if given."""

    tool: str
    window: Window
    tells: tuple[str, ...] = ()
    most: int = 6
    filters: Filters = Filters()
    baseline: Window | None = None
    row: int | None = None


def first_looks(period: Window) -> tuple[Look, ...]:
    """What is stored of the period and of the one before."""
    whole = Filters(limit=500)
    return (Look("data_overview", period, filters=whole), Look("data_overview", before(period), filters=whole))


def period_looks(period: Window, *, has_before: bool) -> tuple[Look, ...]:
    """The statistics of the period, and of the one before where that is stored."""
    compared = before(period)
    looks = [Look(tool, period, tells) for tool, tells in PERIOD.items()]
    looks.append(Look("suspects", period, SUSPICION, MOST_SUSPICIONS))
    if has_before:
        looks += [Look(tool, compared) for tool in COMPARED]
        looks.append(Look("new_errors", period, ("events", "new_kinds_of_error_message"), baseline=compared))
    return tuple(looks)


# What the briefer states in its own words, it tells nothing of here.
PERIOD: dict[str, tuple[str, ...]] = {
    "user_requests": (),
    "severity_counts": (),
    "requests_over_time": (),
    "error_rate_by_service": (),
    "span_latency_by_service": (),
    "latency_by_service": (),
    "failing_spells": (),
    "call_graph": (),
    "top_errors": ("events",),
    "requests_by_hour": ("hour",),
    "change_events": ("what",),
    "metric_summary": (),
    "ssh_logins_by_source": ("addresses_that_tried_to_break_in", "addresses_that_got_in_by_guessing"),
    "ssh_success_after_failures": ("accepted_at", "failures_before"),
    "scanning_clients": ("clients_that_look_like_scanners", "probing_requests"),
    "credential_stuffing": ("programs_that_stuff_credentials",),
}
# Of suspicion: what it looks like, since when, and by what sign.
SUSPICION = ("reason", "onset_at", "value", "value_pct", "value_ms", "failing_pp")
COMPARED = (
    "user_requests",
    "severity_counts",
    "requests_over_time",
    "change_events",
    "ssh_logins_by_source",
    "scanning_clients",
)


def cause_looks(issues: Sequence[Issue]) -> tuple[Look, ...]:
    """Who is to blame for each issue."""
    return tuple(Look("suspects", issue.window, SUSPICION, row=0) for issue in issues[:MOST_ISSUES])


def impact_looks(issues: Sequence[Issue]) -> tuple[Look, ...]:
    """How many users felt each issue."""
    return tuple(Look("user_requests", issue.window, ("user_requests", "failed_user_requests")) for issue in issues[:MOST_ISSUES])


def issue_looks(issues: Sequence[Issue]) -> tuple[Look, ...]:
    """How the service of each issue did while it lasted, and what it logged."""
    return tuple(look for issue in issues[:TOLD_ISSUES] for look in _of_issue(issue))


def _of_issue(issue: Issue) -> tuple[Look, ...]:
    only = Filters(service=Tainted(issue.service))
    return (
        Look("span_latency_by_service", issue.window, ("calls", "errors", "error_rate"), filters=only),
        Look("error_rate_by_service", issue.window, ("errors", "error_rate"), 2, only),
        Look("top_errors", issue.window, ("events",), MOST_ERRORS, replace(only, limit=MOST_ERRORS)),
    )


def possible(looks: Sequence[Look], menu: Sequence[ToolSpec]) -> tuple[Look, ...]:
    """The looks whose tool is in the menu, each once; a tool that compares needs something to compare with."""
    known = {tool.name: tool for tool in menu if tool.available}
    fitting = (look for look in looks if look.tool in known and (look.baseline or not known[look.tool].needs_baseline))
    return tuple(dict.fromkeys(look if known[look.tool].needs_baseline else replace(look, baseline=None) for look in fitting))


def told(look: Look, result: ToolResult, period: Window, resting: Collection[str] = ()) -> tuple[Claim, ...]:
    """The claims of one look that the briefing tells (and those findings rest on), saying their window where it is not the period.

    Absences are told of the whole period only.
    """
    if look.window == before(period):
        return ()
    about = [claim for claim in result.candidates if claim.kind != "absence" and _is_told(claim, look)][: look.most]
    is_whole = look.window == period and look.filters == Filters()
    kept = [one for one in result.candidates if (one.kind == "absence" and is_whole) or one in about or one.id in resting]
    by_evidence = {result.evidence.id: result.evidence}
    # Advice reads as the catalogue has it, whatever the period.
    advice, rest = [one for one in kept if one.kind == "recommendation"], [one for one in kept if one.kind != "recommendation"]
    return (*(replace(claim, text=render(claim, by_evidence, run_window=period)) for claim in rest), *advice)


def _is_told(claim: Claim, look: Look) -> bool:
    """Whether a claim is bound to a column (of the row) or a total that the look tells of."""
    place, _, name = claim.bind[0].path.rpartition(".") if claim.bind else ("", "", "")
    return name in look.tells and (look.row is None or place == f"rows[{look.row}]")


def by_impact(dossier: Dossier) -> tuple[Issue, ...]:
    """The traced issues by the requests of users that failed while they lasted, then by failures of the service, most first."""
    return tuple(sorted(traced(dossier), key=lambda issue: (-_failed_requests(dossier, issue), -issue.failures, issue.window.start)))


def _failed_requests(dossier: Dossier, issue: Issue) -> int:
    """Requests of users that failed during an issue; 0 also where users left no traces."""
    found = dossier.of("user_requests", issue.window)
    return int(found.aggregates["failed_user_requests"]) if found else 0
