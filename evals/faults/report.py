"""The outcome of the fault bench as JSON and as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.faults.trial import Trial
from evals.intervals import Score, middle, rare, share
from evals.markdown import row, shown
from evals.report import Circumstances

MEANINGS = {
    "right_first": "the right service stands first, of worlds with a fault (AC@1)",
    "among_three": "the right service is among the first three (AC@3)",
    "path_verified": "of those named right, a verified path from the service to users",
    "benign_blamed": "somebody is blamed where nothing is wrong",
    "seconds": "wall time of an investigation (median)",
}


def as_json(trials: Sequence[Trial], seed: int, told: Circumstances) -> dict[str, Any]:
    """The report: scores over all worlds, the same for rules of thumb, and for each kind."""
    return {
        "suite": "faults",
        "n": len(trials),
        "seed": seed,
        **told.as_json(),
        "scores": {name: score.as_json() for name, score in scores(trials).items()},
        "baselines": {name: _rival(name, trials) for name in (trials[0].rivals if trials else ())},
        "per_group": {kind: _kind([trial for trial in trials if trial.kind == kind]) for kind in _kinds(trials)},
        "cases": [trial.as_json() for trial in trials],
    }


def scores(trials: Sequence[Trial]) -> dict[str, Score]:
    """Every metric of MEANINGS."""
    faulty, benign = [one for one in trials if one.truth], [one for one in trials if not one.truth]
    right = [one for one in faulty if one.is_right]
    return {
        "right_first": share(len(right), len(faulty)),
        "among_three": share(sum(one.is_among for one in faulty), len(faulty)),
        "path_verified": share(sum(one.verified for one in right), len(right)),
        "benign_blamed": rare(sum(bool(one.named) for one in benign), len(benign)),
        "seconds": middle([one.seconds for one in trials]),
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}`"
    told = [row([name, shown(report["scores"][name]), meaning]) for name, meaning in MEANINGS.items()]
    rivals = [row([name, shown(scored["right_first"]), shown(scored["benign_blamed"])]) for name, scored in report["baselines"].items()]
    kinds = [
        row([kind, str(group["n"]), shown(group["right"]), ", ".join(group["reasons"])]) for kind, group in report["per_group"].items()
    ]
    wrong = [_wrong(case) for case in report["cases"] if not case["is_right"]]
    return "\n".join([
        f"# Fault bench: {report['n']} worlds, seeds from {report['seed']} on", "", when, "",
        *_table(["score", "value [95 % interval]", "meaning"], told),
        "Rules of thumb on the same worlds:", "", *_table(["rule", "right first", "blames somebody in benign worlds"], rivals),
        "## By kind", "", "Right: the right service first; in benign worlds: nobody named.", "",
        *_table(["kind", "n", "right", "reasons given"], kinds),
        "## What was not right", "", *(wrong or ["Nothing."]), "",
    ])  # fmt: skip


def _table(heads: Sequence[str], rows: Sequence[str]) -> list[str]:
    return [row(heads), row(["---"] * len(heads)), *rows, ""]


def _rival(name: str, trials: Sequence[Trial]) -> dict[str, Any]:
    faulty, benign = [one for one in trials if one.truth], [one for one in trials if not one.truth]
    hit = share(sum(one.rivals[name] in one.truth for one in faulty), len(faulty))
    return {"right_first": hit.as_json(), "benign_blamed": rare(sum(bool(one.rivals[name]) for one in benign), len(benign)).as_json()}


def _kinds(trials: Iterable[Trial]) -> list[str]:
    return list(dict.fromkeys(one.kind for one in trials))


def _kind(trials: Sequence[Trial]) -> dict[str, Any]:
    right = share(sum(one.is_right for one in trials), len(trials))
    return {"n": len(trials), "right": right.as_json(), "reasons": sorted({one.reason for one in trials} - {""})}


def _wrong(case: Mapping[str, Any]) -> str:
    truth, named = (", ".join(case[name]) or "nobody" for name in ("truth", "named"))
    return f"- **{case['kind']}**, seed {case['seed']}: it is {truth}; named: {named}"
