"""The outcome of a comparison for people: verdict, a picture of the difference, a table, what flipped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.compare.measures import DECLARED

HALF = 30
SHOWN = 5


def picture(low: float, value: float, high: float, margin: float) -> str:
    """The difference with its interval on a line: `o` the difference, `=` the interval, `|` zero, `:` the margin; all are shares."""
    reach = max(abs(low), abs(high), margin) * 1.05
    cells = [" "] * (2 * HALF + 1)

    def place(share: float) -> int:
        return HALF + round(share / reach * HALF)

    for cell in range(place(low), place(high) + 1):
        cells[cell] = "="
    cells[place(-margin)] = ":"
    cells[HALF] = "|"
    cells[place(value)] = "o"
    ends = f"−{reach * 100:.0f} points", f"+{reach * 100:.0f} points"
    return f"B worse  {''.join(cells)}  B better\n         {ends[0]}{' ' * (2 * HALF + 1 - len(ends[0]) - len(ends[1]))}{ends[1]}"


def summary(report: Mapping[str, Any]) -> str:
    """The report for a terminal."""
    return "\n".join([f"{report['verdict']}: {report['why']}", *_picture(report), *_measures(report), _counted(report)])


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report as a page."""
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · seed {report['seed']}"
    drawn = _picture(report)
    return "\n".join([
        f"# {report['verdict'].capitalize()}: B against A on {report['n']} cases of `{report['suite']}`", "", when, "",
        report["why"], "", *(["```", *drawn, "```", ""] if drawn else []),
        "The rule: " + report["rule"], "", _reach(report), "",
        "## Arms", "", *_arms(report), "",
        "## Scores", "", *_table(report), "", *_by_group(report["per_group"]), "",
        "## What B loses", "", *_flips(report["flips"]["lost"]),
        "## What B gains", "", *_flips(report["flips"]["gained"]),
        *_rest(report),
    ])  # fmt: skip


def _picture(report: Mapping[str, Any]) -> list[str]:
    score = report["scores"]["difference"]
    return [] if score["value"] is None else [picture(score["low"], score["value"], score["high"], report["margin"])]


def _measures(report: Mapping[str, Any]) -> list[str]:
    return [f"{name:<14} {_shown(report['scores'][name])}" for name in ("right_a", "right_b", "difference", *DECLARED)]


def _counted(report: Mapping[str, Any]) -> str:
    lost, gained = (", ".join(flip["case"] for flip in report["flips"][side]) or "none" for side in ("lost", "gained"))
    return f"lost: {lost}\ngained: {gained}"


def _reach(report: Mapping[str, Any]) -> str:
    mde, cost = report["mde"], report["cost"]
    if mde is None:
        return "No case could be run."
    seen = f"{mde['effect'] * 100:.0f} points" if mde["effect"] else "nothing"
    return (
        f'Minimum detectable effect, fixed before the run: {seen} at n = {mde["n"]} (80 % power); "not worse" needs at least '
        f"{mde['not_worse_from']} cases. Tokens: A {cost['tokens']['a']:,}, B {cost['tokens']['b']:,} "
        f"(estimated {cost['estimated']['tokens']['a']:,} and {cost['estimated']['tokens']['b']:,}). Agreed before the run: "
        f"`{report['agreed_sha256'][:16]}`."
    )


def _arms(report: Mapping[str, Any]) -> list[str]:
    rows = [_row(["arm", "model", "prompts", "bundle", "effect"]), _row(["---"] * 5)]
    for name, arm in report["arms"].items():
        versions = " ".join(f"{task}@{prompt['version']}" for task, prompt in arm["prompts"].items())
        rows.append(_row([name.upper(), arm["model"], versions, arm["bundle_sha256"][:12], arm["effect_sha256"][:12]]))
    said = f"They differ in: {', '.join(report['differ_in']) or 'nothing'}. {report['note']}".strip()
    stood = report["stood_in"]
    return [*rows, "", said, f"The house stood in for a model in {stood['a']} (A) and {stood['b']} (B) cases."]


def _table(report: Mapping[str, Any]) -> list[str]:
    scores = report["scores"]
    rows = [_row(["metric", "A", "B", "B − A [95 %]", "p", "p (Holm)"]), _row(["---"] * 6)]
    right = [
        _shown(scores["right_a"]),
        _shown(scores["right_b"]),
        _shown(scores["difference"]),
        _number(scores["difference"]["p"]),
        "primary",
    ]
    rows.append(_row(["right", *right]))
    for name in DECLARED:
        score = scores[name]
        rows.append(_row([name, _number(score["a"]), _number(score["b"]), _shown(score), _number(score["p"]), _number(score["p_holm"])]))
    others = ", ".join(f"{name} {_shown(scored['right'])}" for name, scored in report["baselines"].items())
    return [*rows, "", f"Baselines on `right`: {others}."]


def _by_group(groups: Mapping[str, Any]) -> list[str]:
    rows = [_row([tag, str(group["right_a"]["n"]), _shown(group["right_a"]), _shown(group["right_b"])]) for tag, group in groups.items()]
    return [_row(["group", "n", "right A", "right B"]), _row(["---"] * 4), *rows]


def _flips(flips: Sequence[Mapping[str, Any]]) -> list[str]:
    if not flips:
        return ["Nothing.", ""]
    return [line for flip in flips for line in _flip(flip)]


def _flip(flip: Mapping[str, Any]) -> Iterable[str]:
    yield f"- **{flip['case']}**: {flip['question']}"
    for arm in ("a", "b"):
        wrong = "; ".join(flip["wrong"][arm][:SHOWN])
        tools = ", ".join(flip["tools"][f"only_{arm}"])
        beside = (f" ({wrong})" if wrong else "") + (f"; tools only here: {tools}" if tools else "")
        claims = flip["claims"][f"only_{arm}"]
        yield f"  - {arm.upper()} said: {flip['headlines'][arm]}{beside}"
        yield from (f"    - only {arm.upper()}: {claim}" for claim in claims[:SHOWN])
        if len(claims) > SHOWN:
            yield f"    - and {len(claims) - SHOWN} more"
    yield ""


def _rest(report: Mapping[str, Any]) -> list[str]:
    flaky = [f"Flaky (repeats of one arm disagree): {', '.join(report['flaky'])}.", ""] if report["flaky"] else []
    skipped = [f"World left out: {world}, {', '.join(missing)} not found." for world, missing in report["skipped"].items()]
    return [*flaky, *skipped, ""] if flaky or skipped else [""]


def _shown(score: Mapping[str, Any]) -> str:
    if score["value"] is None:
        return "n/a"
    return f"{score['value']:.3g} [{score['low']:.3g}, {score['high']:.3g}]"


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3g}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
