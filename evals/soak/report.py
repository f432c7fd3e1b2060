"""The outcome of schedules and soak as JSON and as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.markdown import row
from evals.report import Circumstances
from evals.soak.campaign import Trial
from evals.soak.steady import MOST_MB_AN_HOUR, MOST_TRACED_MB_AN_HOUR, Soak

COLUMNS = {"rss_mb": "#0969da", "queue_rss_mb": "#8250df", "depth": "#bf8700", "ack_p99_ms": "#cf222e"}


def as_json(trials: Sequence[Trial], broken: Sequence[str], soak: Soak | None, told: Circumstances) -> dict[str, Any]:
    """The report. `broken`: campaigns that could not go on. `kept`: every schedule holds, and every bar of the soak."""
    failing = [trial for trial in trials if trial.faults]
    return {
        "suite": "soak",
        "n": len(trials),
        **told.as_json(),
        "kept": not failing and not broken and not (soak and soak.wrong),
        "modes": {mode: _mode([trial for trial in trials if trial.schedule.mode == mode]) for mode in _modes(trials)},
        "broken": list(broken),
        "failing": [str(trial) for trial in failing],
        "soak": soak.as_json() if soak else None,
        "cases": [trial.as_json() for trial in trials],
    }


def _modes(trials: Sequence[Trial]) -> Iterator[str]:
    yield from dict.fromkeys(trial.schedule.mode for trial in trials)


def _mode(trials: Sequence[Trial]) -> dict[str, Any]:
    faults = [fault for trial in trials for fault in trial.schedule.faults]
    kinds = sorted({f"{fault.kind} {fault.target}" for fault in faults})
    names = ("missing", "spurious", "corrupted", "duplicates", "counted", "unfresh", "undrained", "ended", "falsely_told_lost")
    return {
        "schedules": len(trials),
        "failing": sum(bool(trial.faults) for trial in trials),
        "acknowledged": sum(trial.verdict.acknowledged for trial in trials),
        **{name: sum(trial.faults.get(name, 0) for trial in trials) for name in names},
        "outside": sum(trial.rotten for trial in trials),
        "faults": {kind: sum(f"{fault.kind} {fault.target}" == kind for fault in faults) for kind in kinds},
        "first_seed": min(trial.schedule.seed for trial in trials),
        "last_seed": max(trial.schedule.seed for trial in trials),
    }


def as_markdown(report: Mapping[str, Any]) -> str:
    """The report for people."""
    when = f"{report['at']} · commit {report['commit']} · {report['machine']} · `{report['command']}`"
    head = ["# Soak: nothing that was acknowledged is lost", "", when, "", f"**{'Kept' if report['kept'] else 'Not kept'}.**", ""]
    return "\n".join([*head, *_schedules(report), *(_soak(report["soak"]) if report["soak"] else []), ""])


def _schedules(report: Mapping[str, Any]) -> Iterator[str]:
    names = ("schedules", "failing", "acknowledged", "missing", "spurious", "corrupted", "duplicates", "counted", "unfresh")
    yield from ("## Schedules of faults", "", row(["queue", "seeds", *names]), row(["---"] * (len(names) + 2)))
    for mode, found in report["modes"].items():
        yield row([mode, f"{found['first_seed']} to {found['last_seed']}", *(f"{found[name]:,}" for name in names)])
    yield ""
    yield "`counted`: by how many events the exact counts differ from what was acknowledged; `unfresh`: last requests that were not stored."
    yield ""
    for mode, found in report["modes"].items():
        yield f"- {mode}: " + ", ".join(f"{kind} {times}" for kind, times in found["faults"].items())
        if found["outside"]:
            yield f"  ({found['outside']} times damage hit what is outside the guarantee; each was reported)"
    for text in (*report["broken"], *report["failing"]):
        yield from ("", "```", text, "```")
    yield ""


def _soak(found: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"## {found['minutes']:g} minutes at {found['rate']:,.0f} events a second, {found['mode']}", "")
    yield f"{found['issued']:,} events sent, {found['acknowledged']:,} acknowledged, {found['stored']:,} rows stored."
    yield f"{found['left']} entries left in the queue. All parts together took {found['cpu_cores']:.2f} cores."
    yield from ("", row(["what", "first", "middle", "last", "highest"]), row(["---"] * 5))
    series = found["series"]
    for name in series[0] if series else ():
        values = [one[name] for one in series]
        yield row([name, *(f"{value:,.1f}" for value in (values[0], values[len(values) // 2], values[-1], max(values)))])
    yield ""
    for name in ("rss_mb_an_hour", "rss_least_mb_an_hour", "queue_rss_mb_an_hour", "traced_mb_an_hour"):
        if found[name]:
            yield f"- {name}: {found[name]['value']:.2f} [{found[name]['low']:.2f}, {found[name]['high']:.2f}], without the first third"
    barred = (
        f"traced memory below {MOST_TRACED_MB_AN_HOUR:g}" if found["traced_mb_an_hour"] else f"resident memory below {MOST_MB_AN_HOUR:g}"
    )
    yield f"- bar: the upper bound of {barred} MB/h, descriptors and parts flat, nothing left."
    yield f"- wrong: {'; '.join(found['wrong']) or 'nothing'}"
    yield from ("", "![series](soak.svg)")
