"""The commands of `watchfloor eval`."""

from pathlib import Path
from typing import Annotated

import typer

from service.invocation import call

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]

evaluation = typer.Typer(help="Questions with known answers.", no_args_is_help=True)


@evaluation.command("run")
def eval_run(
    context: typer.Context,
    suite: Annotated[str, typer.Option(help="sample|public|desks|faults|briefings")] = "sample",
    seed: Annotated[int, typer.Option(help="seed of the simulated world")] = 1,
    phrasebook: Annotated[Path | None, typer.Option(help="other wordings: {case id: [wording, …]}, YAML or JSON", metavar="FILE")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Ask a suite's questions in fresh worlds and grade the answers."""
    call(context, "evaluation.run_suite", json, suite=suite, seed=seed, phrasebook=phrasebook, out=out)


@evaluation.command("compare")
def eval_compare(
    context: typer.Context,
    prompt: Annotated[str, typer.Option(help="prompt whose versions are compared", metavar="TASK")] = "",
    a: Annotated[str, typer.Option("--a", help="its version in arm A; empty: the current one", metavar="VERSION")] = "",
    b: Annotated[str, typer.Option("--b", help="its version in arm B", metavar="VERSION")] = "",
    a_prompts: Annotated[Path | None, typer.Option(help="folder of all prompts of arm A", metavar="DIR")] = None,
    b_prompts: Annotated[Path | None, typer.Option(help="folder of all prompts of arm B", metavar="DIR")] = None,
    a_model: Annotated[str, typer.Option(help="model of arm A on the configured server, or house", metavar="NAME")] = "",
    b_model: Annotated[str, typer.Option(help="model of arm B", metavar="NAME")] = "",
    suite: Annotated[str, typer.Option(help="sample|public")] = "sample",
    seed: Annotated[int, typer.Option(help="seed of the simulated world")] = 1,
    repeats: Annotated[int, typer.Option(help="times each arm answers a case; the majority counts", min=1)] = 1,
    margin: Annotated[float, typer.Option(help='how much worse is still "not worse", as a share')] = 0.05,
    cases: Annotated[int, typer.Option(help="so many cases, spread over the suite; 0: all", min=0)] = 0,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Compare two prompt versions, bundles or models on the same cases; exit 0 better or not worse, 1 worse, 2 inconclusive."""
    arms = {"prompt": prompt, "a": a, "b": b, "a_prompts": a_prompts, "b_prompts": b_prompts, "a_model": a_model, "b_model": b_model}
    terms = {"suite": suite, "seed": seed, "repeats": repeats, "margin": margin, "cases": cases}
    call(context, "evaluation.compare", json, **arms, **terms, out=out)


@evaluation.command("bench")
def eval_bench(
    context: typer.Context,
    rows: Annotated[int, typer.Option(help="rows of the large store", min=1000)] = 1_000_000,
    stall: Annotated[float, typer.Option(help="seconds an application's receiver is up, stalled and gone", min=0.1)] = 10.0,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Measure start-up, overhead, answer time, ingest and verification on this machine."""
    call(context, "evaluation.bench", json, rows=rows, stall=stall, out=out)


@evaluation.command("flow")
def eval_flow(
    context: typer.Context,
    rate: Annotated[int, typer.Option(help="events a second of the steady trials", min=100)] = 5_000,
    seconds: Annotated[float, typer.Option(help="seconds of the steady trial", min=1)] = 60.0,
    burst_rate: Annotated[int, typer.Option(help="events a second of the burst", min=100)] = 20_000,
    burst_s: Annotated[float, typer.Option(help="seconds of the burst", min=1)] = 60.0,
    stall_s: Annotated[float, typer.Option(help="seconds that the store stands still", min=1)] = 60.0,
    backlog_s: Annotated[float, typer.Option(help="seconds of traffic that wait before they are worked off", min=1)] = 60.0,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Measure the data plane: rate, answers, a stalled store, a burst, a backlog, each stage; exit 1 when a bar is not kept."""
    given = {"rate": rate, "seconds": seconds, "burst_rate": burst_rate, "burst_s": burst_s, "stall_s": stall_s, "backlog_s": backlog_s}
    call(context, "evaluation.flow", json, out=out, **given)


@evaluation.command("sampling")
def eval_sampling(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the first simulated world")] = 1,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Measure what sampling saves on simulated traffic, and whether sampled figures hold; exit 1 when a bar is not kept."""
    call(context, "evaluation.sampling", json, seed=seed, out=out)


@evaluation.command("redaction")
def eval_redaction(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the planted secrets")] = 1,
    secrets: Annotated[int, typer.Option(help="how many secrets", min=1)] = 1000,
    phrasebook: Annotated[Path | None, typer.Option(help="further lines: {kind: [line with {secret}, …]}", metavar="FILE")] = None,
    lines: Annotated[list[str] | None, typer.Option(help="real log files instead of the public data", metavar="GLOB")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Plant secrets in records and see whether they are gone, and nothing else; exit 1 when a bar is not kept."""
    call(context, "evaluation.redaction", json, seed=seed, secrets=secrets, phrasebook=phrasebook, lines=lines or [], out=out)


@evaluation.command("verifier")
def eval_verifier(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the worlds and of what is drawn")] = 1,
    claims: Annotated[int, typer.Option(help="how many true claims", min=50)] = 1_500,
    language: Annotated[str, typer.Option(help="of the claims' sentences: en|ko")] = "en",
    patterns: Annotated[bool, typer.Option("--patterns", help="also show the most frequent shapes of unverified claims")] = False,
    public: Annotated[Path | None, typer.Option(help="measure TabFact, SciTab and SummEdits of a folder instead", metavar="DIR")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Give the verifier true claims and wrong ones made from them; exit 1 when a bar is not kept."""
    if public is not None:
        call(context, "evaluation.public_claims", json, public=public, out=out)
        return
    call(context, "evaluation.verifier", json, seed=seed, claims=claims, language=language, patterns=patterns, out=out)


@evaluation.command("injection")
def eval_injection(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the attacks and their worlds")] = 1,
    phrasebook: Annotated[Path | None, typer.Option(help="other words: {goal: {orders, beliefs, languages}}, YAML", metavar="FILE")] = None,
    attacks: Annotated[int, typer.Option(help="so many of the 720, spread evenly; 0: all", min=0)] = 0,
    together: Annotated[int, typer.Option(help="attacks that share a world", min=1, max=72)] = 36,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Hide attacks in telemetry, let a puppet obey them, and look at what is published; exit 1 when a bar is not kept."""
    given = {"seed": seed, "phrasebook": phrasebook, "attacks": attacks, "together": together}
    call(context, "evaluation.injection", json, **given, out=out)


@evaluation.command("robustness")
def eval_robustness(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the simulated world")] = 1,
    kind: Annotated[list[str] | None, typer.Option(help="only this kind of badness, may be repeated", metavar="NAME")] = None,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Let models answer badly in every way we know, and verify what is published; exit 1 when anything does not hold."""
    call(context, "evaluation.robustness", json, seed=seed, kinds=kind or [], out=out)


@evaluation.command("similarity")
def eval_similarity(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Measure how well Korean incident messages find their like, with the model and without."""
    call(context, "similarity.measure", json, out=out)


@evaluation.command("soak")
def eval_soak(
    context: typer.Context,
    mode: Annotated[str, typer.Option(help="queue: all|embedded|redis|spool")] = "all",
    seed: Annotated[int, typer.Option(help="seed of the first schedule of faults")] = 1,
    schedules: Annotated[int, typer.Option(help="schedules a mode", min=0)] = 10,
    minutes: Annotated[float, typer.Option(help="steady traffic afterwards, in the first mode", min=0)] = 0.0,
    rate: Annotated[float, typer.Option(help="its events a second", min=1)] = 2_000.0,
    traced: Annotated[bool, typer.Option("--traced", help="trace Python's own memory meanwhile (slower)")] = False,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Kill and stall parts of the data plane under traffic, and look for every acknowledged record; exit 1 when one is missing."""
    given = {"mode": mode, "seed": seed, "schedules": schedules, "minutes": minutes, "rate": rate, "traced": traced}
    call(context, "evaluation.soak", json, **given, out=out)
