"""The report of the verifier's measurement as JSON and as Markdown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.markdown import row, shown
from evals.report import Circumstances
from evals.verifier import scoring
from evals.verifier.choice import Chosen
from evals.verifier.trial import STRUCTURED, Trial
from grounding.patterns import patterns

SUITE = "verifier"
_SHOWN = 30
MEANINGS = {
    "detection": "wrong claims that were not accepted (contradicted or unverified)",
    "contradicted": "wrong claims called contradicted; the rest of those detected are merely unverified",
    "false_alarms": "true claims and benign variants that were not accepted",
    "falsely_contradicted": "true claims and benign variants called contradicted",
    "true_supported": "true claims, as they are, that were accepted",
    "balanced_accuracy": "mean of detection and acceptance of true claims and benign variants",
}


def as_json(chosen: Sequence[Chosen], trials: Sequence[Trial], told: Circumstances, language: str) -> dict[str, Any]:
    """`suite`, `n`, `scores`, `baselines`, `per_group` (kind, form, origin), `operators`, what was left out and what was not kept."""
    tried = [one for trial in trials for one in trial.tried]
    held = scoring.structured(tried)
    per_kind = {kind: scoring.scores(some) for kind, some in scoring.grouped(held, lambda one: one.kind).items()}
    timed = scoring.times([each for trial in trials for each in trial.answer_ms])
    return {
        "suite": SUITE,
        "n": len(tried),
        "language": language,
        **told.as_json(),
        "made_of": _made_of(chosen, len(tried)),
        "scores": {**scoring.scores(held), **timed, "text_detection": scoring.detection(scoring.of_text(tried)).as_json()},
        "kept": not (unkept := scoring.unkept(per_kind, timed)),
        "unkept": unkept,
        "baselines": scoring.of_baselines(tried),
        "per_group": {
            "kind": per_kind,
            "form": {form: scoring.scores(some) for form, some in scoring.grouped(tried, lambda one: one.form).items()},
            "origin": {origin: scoring.scores(some) for origin, some in scoring.grouped(held, lambda one: one.origin).items()},
        },
        "operators": scoring.per_operator(held),
        "left_out": {
            "still_true": dict(Counter(name for trial in trials for name in trial.still_true).most_common()),
            "open": dict(Counter(name for trial in trials for name in trial.left_open).most_common()),
        },
        "patterns": [one.as_json() for one in patterns(document for trial in trials for document in trial.judged)],
        "missed": [_told(one) for one in held if one.harmful and one.is_accepted][:_SHOWN],
        "alarms": [_told(one) for one in held if not one.harmful and not one.is_accepted][:_SHOWN],
    }


def _made_of(chosen: Sequence[Chosen], tried: int) -> dict[str, int]:
    records = [one for each in chosen for one in each.sheet.evidence.values()]
    true = [claim for each in chosen for claim in each.true]
    cited = {(number, claim.bind[0].evidence) for number, each in enumerate(chosen) for claim in each.true if claim.bind}
    return {
        "true_claims": len(true),
        "records": len(records),
        "records_cited": len(cited),
        "templates": len({one.template for each in chosen if each.sheet.origin == "templates" for one in each.sheet.evidence.values()}),
        "made_up_shapes": len(
            {one.template for each in chosen if each.sheet.origin != "templates" for one in each.sheet.evidence.values()}
        ),
        "denied_by_oracle": sum(len(each.denied) for each in chosen),
        "given_to_verifier": tried,
    }


def _told(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "operator": one.operator,
        "form": one.form,
        "verdict": one.verdict,
        "reason": one.reason,
        "claim": one.claim.as_json(),
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    made = report["made_of"]
    yield f"# The verifier on {report['n']:,} claims with known truth"
    yield f"\n{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}` · language {report['language']}\n"
    yield f"{made['true_claims']:,} true claims over {made['records']} evidence records ({made['templates']} templates of the product, "
    yield f"{made['made_up_shapes']} made-up shapes), {made['records_cited']} of them cited. Mutants are made by the operators below."
    yield "An oracle of its own code decides which are still true; these are left out, as is what it has no opinion on."
    yield "Intervals are exact (Clopper-Pearson, 95 %).\n"
    yield from (f"- **{name}**: {meaning}" for name, meaning in MEANINGS.items())
    yield f"\nBars: detection ≥ {scoring.LEAST} (causal ≥ {scoring.LEAST_CAUSAL}) with n ≥ {scoring.ENOUGH},"
    yield (
        f"false alarms ≤ {scoring.MOST_ALARMS}, by kind over {', '.join(STRUCTURED)}; 40 claims in ≤ {scoring.MOST_MS:g} ms (p95). "
        + _verdict(report)
    )
    yield from _table("By kind", report["per_group"]["kind"])
    yield from _table("By form", report["per_group"]["form"])
    yield from _table("By origin", report["per_group"]["origin"])
    yield from _baselines(report)
    yield from _operators(report["operators"])
    yield from _patterns(report["patterns"])


def _verdict(report: Mapping[str, Any]) -> str:
    return "All kept." if report["kept"] else "Not kept: " + "; ".join(report["unkept"]) + "."


def _table(title: str, groups: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## {title}\n\n" + row(["", "n wrong", "n true", *MEANINGS]) + "\n" + row(["---"] * (len(MEANINGS) + 3))
    for name, held in groups.items():
        yield row([name, str(held["detection"]["n"]), str(held["false_alarms"]["n"]), *(shown(held[score]) for score in MEANINGS)])


def _baselines(report: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "\n## Beside baselines, on the same claims as slots\n\n"
        + row(["", "detection", "false alarms", "balanced accuracy"])
        + "\n"
        + row(["---"] * 4)
    )
    own = report["per_group"]["form"]["slots"]
    yield row(["**the verifier**", shown(own["detection"]), shown(own["false_alarms"]), shown(own["balanced_accuracy"])])
    for name, held in report["baselines"].items():
        yield row([name, shown(held["detection"]), shown(held["false_alarms"]), f"{held['balanced_accuracy']['value']}"])


def _operators(operators: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## By operator\n\n" + row(["operator", "n", "detection", "of these contradicted"]) + "\n" + row(["---"] * 4)
    for name, held in operators.items():
        if "detection" in held:
            yield row([name, str(held["detection"]["n"]), shown(held["detection"]), shown(held["contradicted"])])
    yield "\n" + row(["benign variant", "n", "false alarms"]) + "\n" + row(["---"] * 3)
    for name, held in operators.items():
        if "false_alarms" in held:
            yield row([name.removeprefix("benign: "), str(held["false_alarms"]["n"]), shown(held["false_alarms"])])


def _patterns(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "\n## Most frequent shapes of true claims that were not accepted\n"
    yield row(["n", "kind", "source", "column", "verdict", "reason"]) + "\n" + row(["---"] * 6)
    yield from (
        row([str(one["n"]), *(str(one["shape"][name]) for name in ("kind", "source", "column", "verdict", "reason"))])
        for one in map(_nested, found)
    )


def as_patterns(report: Mapping[str, Any]) -> str:
    """The scores by kind and the shapes of what was not accepted."""
    return "\n".join([*_table("By kind", report["per_group"]["kind"]), *_patterns(report["patterns"])])


def _nested(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"n": one["n"], "shape": one}
