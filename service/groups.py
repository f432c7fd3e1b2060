"""Commands that come in groups: metrics, templates, prompts, eval, dlq, thresholds, sampling, replay."""

from pathlib import Path
from typing import Annotated

import typer

from service.evaluation_groups import evaluation
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
