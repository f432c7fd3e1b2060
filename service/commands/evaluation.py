"""`watchfloor eval run|compare|bench|flow|sampling|redaction|injection|robustness`."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals import command as suites
from evals.bench import command as benchmarks
from evals.briefings import command as briefings
from evals.case import load_suite
from evals.compare import command as comparisons
from evals.compare.arms import Side, arms
from evals.compare.page import summary
from evals.compare.pairing import spread
from evals.compare.report import Terms
from evals.compare.verdict import EXIT_CODES
from evals.faults import command as faults
from evals.flow import command as flows
from evals.injection import command as injections
from evals.redaction import command as redactions
from evals.robustness import command as bad_models
from evals.sampling import command as samplings
from evals.soak import command as soaks
from evals.soak.campaign import Product
from evals.soak.report import as_markdown as soak_page
from evals.verifier import command as verifiers
from evals.verifier.opinion import Opinion
from evals.verifier.public_report import as_markdown as public_page
from evals.verifier.public_report import measure_public
from evals.verifier.report import as_patterns as verifier_page
from service.invocation import Invocation
from service.queues import queue_server
from service.runtimes import conditions, open_arms, open_judged, open_runtime
from service.settings import read_settings
from service.stages import stages
from service.staging import open_stage

RESULTS = Path("docs/results")
PROGRAM = str(Path(sys.executable).with_name("watchfloor"))
HELP = (PROGRAM, "--help")
PRODUCT = Product((PROGRAM,), (sys.executable, "-m", "service.stored"))


async def run_suite(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Ask a suite's questions and grade the answers."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    if options["suite"] == faults.SUITE:
        report = await faults.run(open_runtime, faults.Bench(options["seed"]), out, now=now, say=invocation.say)
        invocation.show(report, _scores(report))
        return 0
    if options["suite"] == briefings.SUITE:
        report = await briefings.run(open_runtime, briefings.Bench(options["seed"]), out, now=now, say=invocation.say)
        invocation.show(report, _scores(report))
        return 0
    given = {name: options[name] for name in ("seed", "phrasebook")}
    report = await suites.run(open_runtime, options["suite"], out, now=now, say=invocation.say, **given)
    invocation.show(report, _scores(report))
    return 0


async def compare(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Compare two arms; exit 0 for better and not worse, 1 for worse, 2 for inconclusive."""
    a, b = (Side(options[side], options[f"{side}_prompts"], options[f"{side}_model"]) for side in ("a", "b"))
    pair = arms(options["prompt"], a, b, conditions(read_settings()))
    terms = Terms(options["margin"], options["repeats"], options["seed"])
    asked = comparisons.Comparison(spread(load_suite(options["suite"]), options["cases"]), terms, _command(options))
    report = await comparisons.compare(pair, open_arms, asked, options["out"], now=datetime.now(UTC), say=invocation.say)
    invocation.show(report, summary(report))
    return EXIT_CODES[report["verdict"]]


async def bench(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    given = {"stall_s": options["stall"], "now": now, "say": invocation.say}
    report = await benchmarks.run(open_runtime, options["rows"], out, **given, help_command=HELP)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


async def flow(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure the data plane with its parts as processes; exit 1 when a bar is not kept."""
    names = ("rate", "seconds", "burst_rate", "burst_s", "stall_s", "backlog_s")
    load = flows.Load(**{name: options[name] for name in names})
    course = flows.Course(flows.Programs(HELP[0], str(queue_server())), load, invocation.say)
    command = "watchfloor eval flow " + " ".join(f"--{name.replace('_', '-')} {options[name]:g}" for name in names)
    report = flows.run(course, stages(), options["out"] or _results(), now=datetime.now(UTC), command=command)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


async def sampling(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Sample simulated hours as in production; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    report = samplings.run(samplings.Bench(options["seed"]), out, now=now, say=invocation.say)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


async def redaction(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Plant secrets and see whether they are gone; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    asked = redactions.Asked(options["seed"], options["secrets"], options["phrasebook"], tuple(options["lines"]))
    report = redactions.run(asked, out, now=now, say=invocation.say)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


async def verifier(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure the verifier on claims with known truth; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    asked = verifiers.Asked(options["seed"], options["claims"], options["language"])
    report = await verifiers.run(open_runtime, asked, out, now=now, say=invocation.say)
    invocation.show(report, verifier_page(report) if options["patterns"] else _scores(report))
    return 0 if report["kept"] else 1


async def public_claims(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Measure the public claim sets of a folder; a model that settings name is asked about some of them."""
    settings = read_settings()
    judge = Opinion(settings.model_base_url, settings.model, settings.model_api_key) if settings.model_base_url else None
    report = measure_public(options["public"], options["out"] or _results(), now=datetime.now(UTC), judge=judge)
    invocation.show(report, public_page(report))
    return 0


async def injection(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Attack the analyst through its data; exit 1 when a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    asked = injections.Asked(**{name: options[name] for name in ("seed", "phrasebook", "attacks", "together")})
    report = await injections.run(open_stage, asked, out, now=now, say=invocation.say)
    invocation.show(report, "\n".join([_scores(report), *report["broken"]]))
    return 0 if report["kept"] else 1


async def robustness(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Ask with models that answer badly; exit 1 when anything published does not hold."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    asked = bad_models.Asked(options["seed"], tuple(options["kinds"]))
    report = await bad_models.run(open_judged, asked, out, now=now, say=invocation.say)
    invocation.show(report, _scores(report))
    return 0 if report["kept"] else 1


async def soak(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Break parts of the data plane under traffic and look for every record; exit 1 when one is not there, or a bar is not kept."""
    out, now = options["out"] or _results(), datetime.now(UTC)
    given = {name: options[name] for name in ("seed", "schedules", "minutes", "rate", "traced")}
    report = await soaks.run(PRODUCT, soaks.Asked(soaks.modes_of(options["mode"]), **given), out, now=now, say=invocation.say)
    invocation.show(report, soak_page(report))
    return 0 if report["kept"] else 1


def _command(options: Mapping[str, Any]) -> str:
    """The command as reports tell it; of folders only their names."""
    given = {name: value.name if isinstance(value, Path) else value for name, value in options.items() if value and name != "out"}
    return " ".join(["watchfloor eval compare", *(f"--{name.replace('_', '-')} {value}" for name, value in given.items())])


def _results() -> Path | None:
    """Where the project keeps its results; nowhere outside a checkout."""
    return RESULTS if RESULTS.is_dir() else None


def _scores(report: Mapping[str, Any]) -> str:
    return "\n".join(f"{name:<32} {_shown(score)}" for name, score in report["scores"].items())


def _shown(score: Mapping[str, Any]) -> str:
    value = score.get("value")
    interval = f" [{score['low']:.3f}, {score['high']:.3f}]" if score.get("low") is not None else ""
    return ("n/a" if value is None else f"{value:.3f}") + interval
