"""The outcome of the sampling bench as JSON and as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analytics.sampling.retention import NORMAL as ORDINARY
from analytics.sampling.retention import STORM
from evals.intervals import Score, average, rare, share
from evals.markdown import row, shown
from evals.report import Circumstances
from evals.sampling.trial import Figure, Trial

MEANINGS = {
    "rows_saved": "share of rows not stored, ordinary hours (mean over worlds)",
    "bytes_saved": "share of their bytes as zstd Parquet not stored, ordinary hours (mean over worlds)",
    "kept_classes_kept": "records of requests with an error or slow, all hours: share kept; those of a storm are counted apart",
    "weight_ratio": "sum of the weights of stored rows over rows that came, all hours (mean over worlds)",
    "intervals_cover": "95 % intervals (error rate, 4xx rate, p50, p95, number of requests) that hold the truth, all hours",
}
LEAST_SAVED, MOST_SAVED = 0.80, 0.95
NOMINAL = 0.95


def as_json(trials: Sequence[Trial], normal: Sequence[str], seed: int, told: Circumstances) -> dict[str, Any]:
    """The report: scores of the first policy, the same for the others, for each scenario, and every trial. `kept`: all bars are."""
    names = list(dict.fromkeys(trial.policy for trial in trials))
    scored = {name: scores([trial for trial in trials if trial.policy == name], normal) for name in names}
    first = [trial for trial in trials if trial.policy == names[0]]
    return {
        "suite": "sampling",
        "n": len(first),
        "seed": seed,
        **told.as_json(),
        "kept": is_kept(scored[names[0]]),
        "policy": names[0],
        "scores": _plain(scored[names[0]]),
        "other_policies": {name: _plain(scored[name]) for name in names[1:]},
        "per_group": {name: _plain(scores(of, (name,))) for name, of in _by_scenario(first).items()},
        "classes": {kind: {"seen": seen, "kept": kept} for kind, (seen, kept) in _classes(first).items()},
        "figures": {name: _covered(first, name).as_json() for name in dict.fromkeys(one.name for one in _figures(first))},
        "cases": [trial.as_json() for trial in trials],
    }


def scores(trials: Sequence[Trial], normal: Sequence[str]) -> dict[str, Score]:
    """Every metric of MEANINGS."""
    ordinary = [trial for trial in trials if trial.scenario in normal]
    classes = {kind: counts for kind, counts in _classes(trials).items() if kind not in {ORDINARY, STORM}}
    kept, seen = (sum(counts[place] for counts in classes.values()) for place in (1, 0))
    covered = [one.estimate.covers(one.truth) for one in _figures(trials)]
    return {
        "rows_saved": average([1 - trial.kept_rows / trial.rows for trial in ordinary]),
        "bytes_saved": average([1 - trial.kept_bytes / trial.bytes for trial in ordinary]),
        "kept_classes_kept": rare(kept, seen),
        "weight_ratio": average([trial.weight / trial.rows for trial in trials]),
        "intervals_cover": share(sum(covered), len(covered)),
    }


def is_kept(scored: Mapping[str, Score]) -> bool:
    """Whether bytes saved lie within the bars, everything that matters was kept, and coverage is not below its nominal value for sure."""
    saved, classes, covering = (scored[name] for name in ("bytes_saved", "kept_classes_kept", "intervals_cover"))
    is_within = saved.value is not None and LEAST_SAVED <= saved.value <= MOST_SAVED
    return is_within and classes.value in {None, 1.0} and covering.high is not None and covering.high >= NOMINAL


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}`"
    others = report["other_policies"]
    told = [
        row([name, shown(report["scores"][name]), *(shown(scored[name]) for scored in others.values()), meaning])
        for name, meaning in MEANINGS.items()
    ]
    groups = [row([name, *(shown(scored[one]) for one in MEANINGS)]) for name, scored in report["per_group"].items()]
    classes = [
        row([kind, f"{one['seen']:,}", f"{one['kept']:,}", f"{one['kept'] / one['seen']:.2%}"]) for kind, one in report["classes"].items()
    ]
    figures = [row([name, shown(one), str(one["n"])]) for name, one in report["figures"].items()]
    return "\n".join([
        f"# Sampling: {report['n']} simulated hours, seeds from {report['seed']} on", "", when, "",
        _bars(report), "",
        *_table(["score", report["policy"], *others, "meaning"], told),
        "## By scenario", "", f"Policy `{report['policy']}`; each scenario for itself.", "", *_table(["scenario", *MEANINGS], groups),
        "## By class", "", *_table(["class", "records seen", "kept", "share"], classes),
        "## Intervals by figure", "", "Share of 95 % intervals that hold the truth.", "", *_table(["figure", "cover", "n"], figures),
        "## Example", "", *_example(report["cases"], report["policy"]),
    ])  # fmt: skip


def _bars(report: Mapping[str, Any]) -> str:
    saved = f"{LEAST_SAVED:.0%} to {MOST_SAVED:.0%} of bytes saved on ordinary hours"
    rest = f"every error and slow request kept, coverage compatible with {NOMINAL:.0%}"
    return f"Bars {'kept' if report['kept'] else 'NOT KEPT'}: {saved}, {rest}. Metric points are never sampled and not counted here."


def _example(cases: Iterable[Mapping[str, Any]], policy: str) -> list[str]:
    """The figures of the world that fails the most."""
    mine = [case for case in cases if case["policy"] == policy]
    case = max(mine, key=lambda one: float(one["figures"][0]["truth"]))
    rows = [
        row([one["name"], f"{one['truth']:.4g}", f"{one['value']:.4g} [{one['low']:.4g}, {one['high']:.4g}]", f"{one['unweighted']:.4g}"])
        for one in case["figures"]
    ]
    head = f"`{case['scenario']}`, seed {case['seed']}: {case['kept_rows']:,} of {case['rows']:,} rows stored."
    return [head, "", *_table(["figure", "truth", "from stored rows [95 %]", "weights ignored"], rows)]


def _table(heads: Sequence[str], rows: Sequence[str]) -> list[str]:
    return [row(heads), row(["---"] * len(heads)), *rows, ""]


def _figures(trials: Iterable[Trial]) -> list[Figure]:
    return [figure for trial in trials for figure in trial.figures]


def _covered(trials: Iterable[Trial], name: str) -> Score:
    covers = [one.estimate.covers(one.truth) for one in _figures(trials) if one.name == name]
    return share(sum(covers), len(covers))


def _classes(trials: Iterable[Trial]) -> dict[str, tuple[int, int]]:
    totals: dict[str, tuple[int, int]] = {}
    for retained in (one for trial in trials for one in trial.retained):
        seen, kept = totals.get(retained.kind, (0, 0))
        totals[retained.kind] = seen + round(retained.seen), kept + round(retained.kept)
    return dict(sorted(totals.items()))


def _by_scenario(trials: Iterable[Trial]) -> dict[str, list[Trial]]:
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.scenario, []).append(trial)
    return groups


def _plain(scored: Mapping[str, Score]) -> dict[str, Any]:
    return {name: score.as_json() for name, score in scored.items()}
