"""The writer: numbers claims for publication and renders the answer; every word comes from claims, never from a model."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from agents.messages import said
from domain.claims import Claim, Grounding, Judged, Verdict
from domain.findings import Finding
from domain.window import Window, rfc3339
from grounding.sanitising import guarded, inline

MARKS: Mapping[Verdict, str] = {"supported": "✓", "consistent": "≈", "text-supported": "≈"}
PUBLISHABLE: frozenset[Verdict] = frozenset({"supported", "consistent", "text-supported"})
TABLE_ROWS = 10
CLAIM_LINES = 16
ONE, MANY = ("claim", "statement of the model's own"), ("claims", "statements of the model's own")
REASONS: Mapping[str, str] = {
    "no claim of this id": "it names a claim that was never offered",
    "does not exist": "it cites evidence that does not exist",
    "schema of claims": "it is no well-formed claim",
    "verifier failed": "the verifier failed on it",
    "claims of an answer are checked": "there were too many claims to check",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """Numbered claims with the findings that rest on them."""

    claims: tuple[Claim, ...]
    findings: tuple[Finding, ...]


def numbered(selected: Sequence[Claim], findings: Sequence[Finding], candidates: Mapping[str, Claim]) -> Draft:
    """Selected claims first, then those the findings rest on, numbered C1…; findings as F1… refer to the new ids."""
    wanted = [*selected, *(candidates[name] for finding in findings for name in finding.claims if name in candidates)]
    unique = {claim.id: claim for claim in wanted}
    ids = {old: f"C{number}" for number, old in enumerate(unique, start=1)}
    claims = tuple(replace(claim, id=ids[old]) for old, claim in unique.items())
    return Draft(claims, tuple(_renumbered(finding, number, ids) for number, finding in enumerate(findings, start=1)))


def _renumbered(finding: Finding, number: int, ids: Mapping[str, str]) -> Finding:
    return replace(finding, id=f"F{number}", claims=tuple(ids[name] for name in finding.claims if name in ids))


def upheld(findings: Iterable[Finding], judged: Sequence[Judged]) -> tuple[Finding, ...]:
    """The findings all of whose claims may be published."""
    shown = {entry.claim.id for entry in judged if entry.verdict in PUBLISHABLE}
    return tuple(finding for finding in findings if finding.claims and shown.issuperset(finding.claims))


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the written answer shows."""

    headline: str
    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    could_not_check: tuple[str, ...]
    grounding: Grounding
    window: Window
    notes: tuple[str, ...]
    model: str
    removed: tuple[Judged, ...] = ()
    language: str = "en"


def markdown(page: Page) -> str:
    """The answer in the Markdown subset every channel may carry (no images, no HTML, links only to evidence)."""
    parts = [
        f"**{inline(page.headline)}**",
        _claims(page),
        _findings(page.findings, page.language),
        _list(said("Could not check", page.language), page.could_not_check),
        _list(said("Removed before this was published", page.language), removals(page.removed, page.language)),
    ]
    return guarded("\n\n".join(part for part in [*parts, _footer(page)] if part))


def _claims(page: Page) -> str:
    in_table = {name for finding in page.findings[TABLE_ROWS:] for name in finding.claims}
    lines = [entry for entry in page.judged if entry.claim.id not in in_table]
    shown = [
        f"- {MARKS.get(entry.verdict, '?')} {entry.claim.text} [{_sources(entry)}]{_mended(entry, page)}" for entry in lines[:CLAIM_LINES]
    ]
    more = len(page.judged) - len(shown)
    rest = said("… and {more} more claims, each with its evidence", page.language, more=more)
    return "\n".join([*shown, *([f"- {rest}"] if more > 0 else [])])


def _mended(entry: Judged, page: Page) -> str:
    return f" {said('(corrected)', page.language)}" if entry.claim.corrected_from else ""


def removals(removed: Sequence[Judged], language: str = "en") -> tuple[str, ...]:
    """How many claims were removed and why, in our words alone: what they said may be what somebody wants to have said."""
    counts = Counter((entry.claim.agent == "model", _why(entry)) for entry in removed)
    shapes = ((number, (ONE if number == 1 else MANY)[is_models], why) for (is_models, why), number in counts.items())
    return tuple(said(f"{{count}} {noun}: {{why}}", language, count=number, why=said(why, language)) for number, noun, why in shapes)


def _why(entry: Judged) -> str:
    """The kind of reason a claim was removed for."""
    if entry.verdict == "contradicted":
        return "the evidence says otherwise"
    return next((told for sign, told in REASONS.items() if sign in entry.reason), "the evidence does not settle it")


def _sources(entry: Judged) -> str:
    return ", ".join(dict.fromkeys(binding.evidence for binding in entry.claim.bind))


def _findings(findings: Sequence[Finding], language: str) -> str:
    if not findings:
        return ""
    counted = said("Findings ({shown} of {total} shown)", language, shown=min(len(findings), TABLE_ROWS), total=len(findings))
    titles = " | ".join(said(name, language) for name in ("what", "who", "count", "succeeded", "severity", "claims"))
    return "\n".join(
        [f"### {counted}", "", f"| {titles} |", "|---|---|---:|---|---|---|", *(_row(one, language) for one in findings[:TABLE_ROWS])]
    )


def _row(finding: Finding, language: str) -> str:
    succeeded = {True: said("yes", language), False: said("no", language), None: "–"}[finding.succeeded]
    cells = (
        said(finding.kind.replace("_", " "), language),
        finding.entity.value,
        f"{finding.count:,}",
        succeeded,
        said(finding.severity, language),
        ", ".join(finding.claims),
    )
    return "| " + " | ".join(inline(cell).replace("|", "\\|") for cell in cells) + " |"


def _list(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"### {title}", "", *(f"- {inline(line)}" for line in lines)]) if lines else ""


def _footer(page: Page) -> str:
    grounding = page.grounding
    counted = told_grounding(grounding.score, grounding.claims_total, grounding.claims_removed, page.language)
    span = said("Window {start} to {end}", page.language, start=rfc3339(page.window.start), end=rfc3339(page.window.end))
    judged = said("judged by {model}", page.language, model=page.model)
    return " ".join([f"_{span}; {counted}; {judged}.", *page.notes]).rstrip() + "_"


def told_grounding(score: float | None, total: int, removed: int, language: str = "en") -> str:
    """The score, never without what it is over."""
    shown = said("n/a", language) if score is None else f"{score:.0f}"
    return said("grounding {score} over {total} claims, {removed} removed", language, score=shown, total=total, removed=removed)
