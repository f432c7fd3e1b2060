"""The command line: options of every command; the work is in `service.commands`, loaded only when called."""

import importlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from service import groups
from service.invocation import Invocation, run

app = typer.Typer(
    name="watchfloor",
    help="A multi-agent analyst for operations: every published sentence is a claim that code has recomputed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
groups.add_to(app)

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
From = Annotated[str, typer.Option("--from", help="start: RFC 3339, or relative such as -1h", metavar="TIME")]
To = Annotated[str, typer.Option("--to", help="end: RFC 3339, relative, or now", metavar="TIME")]


@app.callback()
def root(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option("--data", help="data folder", envvar="WATCHFLOOR_DATA_DIR", metavar="DIR")] = None,
) -> None:
    """Options that hold for every command."""
    context.obj = data


class Part(StrEnum):
    """What `serve` can run alone; the parts share WATCHFLOOR_REDIS_URL and, for the stores, WATCHFLOOR_CLICKHOUSE_URL."""

    all = "all"
    api = "api"
    plane = "plane"
    receiver = "receiver"
    worker = "worker"
    scheduler = "scheduler"


PARTS = dict.fromkeys((Part.plane, Part.receiver, Part.worker), "serve_plane")


def _call(context: typer.Context, command: str, json: bool, **options: Any) -> None:
    module = importlib.import_module(f"service.commands.{command}")
    raise typer.Exit(run(module.main, Invocation(context.obj, json), options))


@app.command()
def serve(
    context: typer.Context,
    part: Annotated[Part, typer.Argument(help="api, plane, receiver, worker or scheduler alone", metavar="[PART]")] = Part.all,
    host: Annotated[str, typer.Option(help="address to bind; only loopback without keys")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port of everything", min=0, max=65535)] = 8080,
    demo: Annotated[bool, typer.Option("--demo", help="load the sample world when nothing is stored")] = False,
) -> None:
    """Run the service: API, page, receivers and worker in one process, or one part of it."""
    _call(context, PARTS.get(part, "serve"), json=False, part=part.value, host=host, port=port, demo=demo)


@app.command()
def ingest(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(help="files (gzip too), or - for stdin")],
    format: Annotated[str, typer.Option(help="auto|ndjson|otlp-json|otlp-protobuf|access|syslog|text")] = "auto",  # noqa: A002 (the option's name)
    service: Annotated[str, typer.Option(help="service name of records that carry none")] = "",
    signal: Annotated[str, typer.Option(help="logs|traces|metrics")] = "logs",
    year: Annotated[int, typer.Option(help="year of the first line, for stamps without one")] = 0,
    tz: Annotated[str, typer.Option(help="zone of stamps without one")] = "",
    again: Annotated[bool, typer.Option("--again", help="load a file that was loaded before")] = False,
    keep: Annotated[int, typer.Option(help="days after which the rows may go; 0: they stay", min=0)] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="go on reading as the file grows")] = False,
    json: Json = False,
) -> None:
    """Load files or stdin; bad lines are reported with their numbers and kept."""
    options = {"files": files, "format": format, "service": service, "signal": signal, "year": year, "tz": tz}
    _call(context, "follow" if follow else "ingest", json, **options, again=again, keep_days=keep)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="what you want to know")],
    start: From = "",
    end: To = "",
    desk: Annotated[str, typer.Option(help="ask one desk only: sre|security|efficiency")] = "",
    thread: Annotated[str, typer.Option(help="continue a conversation", metavar="ID")] = "",
    tz: Annotated[str, typer.Option(help='zone of "yesterday"')] = "",
    lang: Annotated[str, typer.Option(help="language of the answer: en|ko; else that of the question")] = "",
    json: Json = False,
) -> None:
    """Answer one question from what is stored, each sentence bound to evidence."""
    _call(context, "ask", json, question=question, start=start, end=end, desk=desk, thread=thread, tz=tz, lang=lang)


@app.command()
def investigate(
    context: typer.Context,
    incident: Annotated[str, typer.Option(help="a stored incident", metavar="ID")] = "",
    alert: Annotated[Path | None, typer.Option(help="JSON payload of an alert (Alertmanager or generic)", metavar="FILE")] = None,
    start: From = "",
    end: To = "",
    service: Annotated[str, typer.Option(help="where it showed")] = "",
    tz: Annotated[str, typer.Option(help="zone of the answer")] = "",
    json: Json = False,
) -> None:
    """Look into an incident, an alert or a window: what went wrong, where, since when, and why."""
    _call(context, "investigate", json, incident=incident, alert=alert, start=start, end=end, service=service, tz=tz)


@app.command()
def detect(
    context: typer.Context,
    start: From = "",
    end: To = "",
    write: Annotated[bool, typer.Option("--write", help="keep the incidents that are found")] = False,
    tz: Annotated[str, typer.Option(help="zone of the times")] = "",
    json: Json = False,
) -> None:
    """Replay detection over stored history; lists the incidents it finds."""
    _call(context, "detect", json, start=start, end=end, write=write, tz=tz)


@app.command()
def brief(
    context: typer.Context,
    period: Annotated[str, typer.Option(help="hourly|daily|weekly")] = "daily",
    at: Annotated[str, typer.Option(help="the period ends at or before this: RFC 3339, or relative; default: now", metavar="TIME")] = "",
    tz: Annotated[str, typer.Option(help="zone of the day")] = "",
    again: Annotated[bool, typer.Option("--again", help="make it anew though it is kept")] = False,
    deliver: Annotated[bool, typer.Option("--deliver", help="send it to the configured channels")] = False,
    json: Json = False,
) -> None:
    """Brief on the last full hour, day or week: what went wrong, key figures, health, security."""
    _call(context, "brief", json, period=period, at=at, tz=tz, again=again, deliver=deliver)


@app.command()
def verify(
    context: typer.Context,
    claims: Annotated[Path, typer.Option(help="JSON list of claims or sentences")],
    evidence: Annotated[Path, typer.Option(help="JSON list of evidence")],
    json: Json = False,
) -> None:
    """Recompute claims from evidence: the verifier alone, without a store."""
    _call(context, "verify", json, claims=claims, evidence=evidence)


@app.command()
def simulate(
    context: typer.Context,
    scenario: Annotated[str, typer.Option(help="name of the scenario (see --list)")] = "sample",
    seed: Annotated[int, typer.Option(help="equal seeds give equal bytes")] = 1,
    minutes: Annotated[int, typer.Option(help="length of the world", min=1)] = 1440,
    start: Annotated[str, typer.Option("--start", help="begin of the world (RFC 3339); default: it ends now", metavar="TIME")] = "",
    out: Annotated[Path, typer.Option(help="folder to write to")] = Path("simulated"),
    listed: Annotated[bool, typer.Option("--list", help="name the scenarios instead")] = False,
    json: Json = False,
) -> None:
    """Write a simulated world: raw files and truth.json."""
    _call(context, "simulate", json, scenario=scenario, seed=seed, minutes=minutes, start=start, out=out, listed=listed)


@app.command()
def usage(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="how many days back, today included", min=1, max=3660)] = 30,
    json: Json = False,
) -> None:
    """What the stored runs cost: tokens, tool calls and time, by day and trigger."""
    _call(context, "usage", json, days=days)


@app.command()
def grounding(
    context: typer.Context,
    days: Annotated[float, typer.Option(help="how many days back, of 24 h", min=0.001, max=3660)] = 30.0,
    json: Json = False,
) -> None:
    """How well answers were grounded: what stood, what did not, why, and in which shapes."""
    _call(context, "grounding", json, days=days)


@app.command()
def doctor(context: typer.Context, json: Json = False) -> None:
    """Check configuration, stores and model, and say what to do."""
    _call(context, "doctor", json)


def main() -> None:
    """Entry point of the `watchfloor` command."""
    app()
