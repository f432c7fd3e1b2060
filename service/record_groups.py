"""Command groups of what runs leave behind: evidence, audit."""

from typing import Annotated

import typer

from service.invocation import call

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
Uid = Annotated[str, typer.Argument(help="its address: ev_…", metavar="UID")]

evidence = typer.Typer(help="Evidence as it was kept.", no_args_is_help=True)
audit = typer.Typer(help="What runs did: append-only, chained by hash.", no_args_is_help=True)
RECORD_GROUPS = {"evidence": evidence, "audit": audit}


@evidence.command("show")
def evidence_show(context: typer.Context, uid: Uid, json: Json = False) -> None:
    """Show a snapshot whole: query, parameters, window, rows, hashes; exit 1 when it was changed."""
    call(context, "evidence.show", json, uid=uid)


@evidence.command("replay")
def evidence_replay(context: typer.Context, uid: Uid, json: Json = False) -> None:
    """Ask the same again and show what differs; exit 1 when anything does."""
    call(context, "evidence.replay", json, uid=uid)


@audit.command("list")
def audit_list(
    context: typer.Context,
    run: Annotated[str, typer.Option(help="of one run", metavar="ID")] = "",
    kind: Annotated[str, typer.Option(help="of one kind, such as tool.called")] = "",
    limit: Annotated[int, typer.Option(help="how many at most", min=1, max=10_000)] = 100,
    json: Json = False,
) -> None:
    """List entries, newest first."""
    call(context, "audit.show_list", json, run_id=run, kind=kind, limit=limit)


@audit.command("verify")
def audit_verify(context: typer.Context, json: Json = False) -> None:
    """Walk the whole chain and say where it breaks; exit 1 when it does."""
    call(context, "audit.verify", json)
