"""Commands that come in groups: metrics, templates, prompts, eval, dlq, thresholds, sampling, replay."""

from pathlib import Path
from typing import Annotated

import typer

from service.incident_groups import INCIDENT_GROUPS
from service.invocation import call
from service.record_groups import RECORD_GROUPS

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
LetterKind = Annotated[str, typer.Option("--kind", help="retryable|poison|policy")]
LetterCause = Annotated[str, typer.Option("--cause", help="malformed, too_large, refused, unreadable, …")]
LetterSource = Annotated[str, typer.Option("--source", help="the file, sender or service it is from")]

metrics = typer.Typer(help="The metric template registry.", no_args_is_help=True)
templates = typer.Typer(help="Log templates.", no_args_is_help=True)
prompts = typer.Typer(help="Prompts and their versions.", no_args_is_help=True)
evaluation = typer.Typer(help="Questions with known answers.", no_args_is_help=True)
dlq = typer.Typer(help="Dead letters: input that could not be taken.", no_args_is_help=True)
thresholds = typer.Typer(help="The thresholds that flag events.", no_args_is_help=True)
replay = typer.Typer(help="Bring back what was put aside.", no_args_is_help=True)
sampling = typer.Typer(help="The sampling policy, and how much is kept.", no_args_is_help=True)

GROUPS = {
    "metrics": metrics,
    "templates": templates,
    "prompts": prompts,
    "eval": evaluation,
    "dlq": dlq,
    "thresholds": thresholds,
    "sampling": sampling,
    "replay": replay,
    **INCIDENT_GROUPS,
    **RECORD_GROUPS,
}


def add_to(app: typer.Typer) -> None:
    """Hang the groups on the command line."""
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)


@metrics.command("list")
def metrics_list(context: typer.Context, json: Json = False) -> None:
    """List the metric templates, and which the store cannot answer."""
    call(context, "metrics.show_list", json)


@metrics.command("show")
def metrics_show(context: typer.Context, name: str, json: Json = False) -> None:
    """Show one template: question, parameters, SQL, columns."""
    call(context, "metrics.show_one", json, name=name)


@metrics.command("run")
def metrics_run(
    context: typer.Context,
    name: str,
    parameter: Annotated[list[str] | None, typer.Option("-p", help="key=value", metavar="KEY=VALUE")] = None,
    start: Annotated[str, typer.Option("--from", metavar="TIME")] = "",
    end: Annotated[str, typer.Option("--to", metavar="TIME")] = "",
    json: Json = False,
) -> None:
    """Run one template; prints one evidence."""
    call(context, "metrics.run_one", json, name=name, parameters=parameter or [], start=start, end=end)


@templates.command("mine")
def templates_mine(context: typer.Context, file: Path, json: Json = False) -> None:
    """Mine the log templates of a file: CSV line,template_id,template; --json gives a summary."""
    call(context, "templates.mine", json, file=file)


@prompts.command("list")
def prompts_list(context: typer.Context, json: Json = False) -> None:
    """List prompts with versions and hashes."""
    call(context, "prompts.show_list", json)


@prompts.command("show")
def prompts_show(context: typer.Context, name: str, version: str = "", json: Json = False) -> None:
    """Show a prompt."""
    call(context, "prompts.show_one", json, name=name, version=version)


@prompts.command("diff")
def prompts_diff(context: typer.Context, name: str, first: str, second: str = "", json: Json = False) -> None:
    """Show what changed between two versions of a prompt."""
    call(context, "prompts.show_diff", json, name=name, first=first, second=second)


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
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Give the verifier true claims and wrong ones made from them; exit 1 when a bar is not kept."""
    call(context, "evaluation.verifier", json, seed=seed, claims=claims, language=language, patterns=patterns, out=out)


@evaluation.command("injection")
def eval_injection(
    context: typer.Context,
    seed: Annotated[int, typer.Option(help="seed of the attacks and their worlds")] = 1,
    phrasebook: Annotated[Path | None, typer.Option(help="other words: {goal: {orders, beliefs, languages}}, YAML", metavar="FILE")] = None,
    attacks: Annotated[int, typer.Option(help="so many of the 720, spread evenly; 0: all", min=0)] = 0,
    together: Annotated[int, typer.Option(help="attacks that share a world", min=1, max=72)] = 12,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Hide attacks in telemetry, let a puppet obey them, and look at what is published; exit 1 when a bar is not kept."""
    given = {"seed": seed, "phrasebook": phrasebook, "attacks": attacks, "together": together}
    call(context, "evaluation.injection", json, **given, out=out)


@evaluation.command("soak")
def eval_soak(
    context: typer.Context,
    mode: Annotated[str, typer.Option(help="queue: all|embedded|redis|spool")] = "all",
    seed: Annotated[int, typer.Option(help="seed of the first schedule of faults")] = 1,
    schedules: Annotated[int, typer.Option(help="schedules a mode", min=0)] = 10,
    minutes: Annotated[float, typer.Option(help="steady traffic afterwards, in the first mode", min=0)] = 0.0,
    rate: Annotated[float, typer.Option(help="its events a second", min=1)] = 2_000.0,
    out: Annotated[Path | None, typer.Option(help="folder for the report")] = None,
    json: Json = False,
) -> None:
    """Kill and stall parts of the data plane under traffic, and look for every acknowledged record; exit 1 when one is missing."""
    given = {"mode": mode, "seed": seed, "schedules": schedules, "minutes": minutes, "rate": rate}
    call(context, "evaluation.soak", json, **given, out=out)


@dlq.command("list")
def dlq_list(
    context: typer.Context,
    kind: LetterKind = "",
    cause: LetterCause = "",
    source: LetterSource = "",
    limit: Annotated[int, typer.Option(help="how many at most", min=1, max=10_000)] = 100,
    json: Json = False,
) -> None:
    """List dead letters, newest first, and how many there are by kind and cause."""
    call(context, "dlq.show_list", json, kind=kind, cause=cause, source=source, limit=limit)


@thresholds.command("show")
def thresholds_show(context: typer.Context, json: Json = False) -> None:
    """Show every threshold."""
    call(context, "thresholds.show", json)


@thresholds.command("set")
def thresholds_set(context: typer.Context, name: str, value: float, json: Json = False) -> None:
    """Change a threshold, for the next event on."""
    call(context, "thresholds.change", json, name=name, value=value)


@sampling.command("show")
def sampling_show(context: typer.Context, json: Json = False) -> None:
    """Show the policy in force, as YAML that `set` takes."""
    call(context, "sampling.show", json)


@sampling.command("set")
def sampling_set(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="policy as YAML or JSON")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say what it would have kept, and change nothing")] = False,
    minutes: Annotated[int, typer.Option(help="how far a dry run looks back", min=1, max=10)] = 10,
    json: Json = False,
) -> None:
    """Put a policy in force, at once and without a restart."""
    call(context, "sampling.put", json, file=file, dry_run=dry_run, minutes=minutes)


@sampling.command("retention")
def sampling_retention(context: typer.Context, json: Json = False) -> None:
    """Show what was kept since the start, by service and class."""
    call(context, "sampling.retained", json)


@replay.command("archive")
def replay_archive(
    context: typer.Context,
    day: Annotated[str, typer.Option(help="the day of the events, as 2026-03-01; without it, list what is archived", metavar="DAY")] = "",
    service: Annotated[str, typer.Option(help="of one service only")] = "",
    keep: Annotated[int, typer.Option(help="for how many days from now the rows stay", min=1, max=3650)] = 7,
    to_dir: Annotated[Path | None, typer.Option(help="fetch the Parquet files into a folder instead", metavar="DIR")] = None,
    json: Json = False,
) -> None:
    """Bring an archived day back into the store, row for row; what is there already is left alone."""
    call(context, "replay.archive", json, day=day, service=service, keep=keep, to_dir=to_dir)


@replay.command("spool")
def replay_spool(
    context: typer.Context,
    dump: Annotated[Path | None, typer.Option(help="write the spool and the dead letters as NDJSON instead", metavar="FILE")] = None,
    source: Annotated[Path | None, typer.Option("--from", help="first put what a dump holds into the spool", metavar="FILE")] = None,
    json: Json = False,
) -> None:
    """Store what the spool of a stopped service holds, or write it to a file and read it back."""
    call(context, "replay_spool.main", json, dump=dump, source=source)


@replay.command("dlq")
def replay_dlq(
    context: typer.Context,
    kind: LetterKind = "",
    cause: LetterCause = "",
    source: LetterSource = "",
    ids: Annotated[list[str] | None, typer.Option("--id", help="of this letter; may be given again", metavar="LETTER")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="say which could be tried, and change nothing")] = False,
    json: Json = False,
) -> None:
    """Store dead letters after all; what is stored already is only marked, so it may be repeated."""
    call(context, "dlq.replay", json, kind=kind, cause=cause, source=source, ids=ids or [], dry_run=dry_run)
