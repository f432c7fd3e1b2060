"""Command groups around incidents: incidents, drafts, tickets, kb."""

from typing import Annotated

import typer

from service.invocation import call

Json = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
By = Annotated[str, typer.Option(help="who does it", metavar="NAME")]
Limit = Annotated[int, typer.Option(help="how many at most", min=1, max=500)]

incidents = typer.Typer(help="Incidents and their life cycle.", no_args_is_help=True)
drafts = typer.Typer(help="Drafts of notices, for a person to decide on.", no_args_is_help=True)
tickets = typer.Typer(help="Tickets of critical incidents.", no_args_is_help=True)
kb = typer.Typer(help="The knowledge base of known issues.", no_args_is_help=True)
INCIDENT_GROUPS = {"incidents": incidents, "drafts": drafts, "tickets": tickets, "kb": kb}


@incidents.command("list")
def incidents_list(
    context: typer.Context,
    status: Annotated[str, typer.Option(help="candidate|open|acknowledged|investigating|identified|resolved")] = "",
    severity: Annotated[str, typer.Option(help="low|medium|high|critical")] = "",
    service: Annotated[str, typer.Option(help="a service they are about")] = "",
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List incidents, the gravest first."""
    call(context, "incidents.show_list", json, status=status, severity=severity, service=service, limit=limit)


@incidents.command("show")
def incidents_show(context: typer.Context, name: str, json: Json = False) -> None:
    """Show one incident: services, cause, alarms, ticket."""
    call(context, "incidents.show_one", json, name=name)


@incidents.command("resolve")
def incidents_resolve(context: typer.Context, name: str, by: By = "somebody", json: Json = False) -> None:
    """Say that an incident is over."""
    call(context, "incidents.resolve", json, name=name, by=by)


@incidents.command("confirm")
def incidents_confirm(context: typer.Context, name: str, by: By = "somebody", json: Json = False) -> None:
    """Say that it is an incident, and that its cause is right."""
    call(context, "incidents.confirm", json, name=name, by=by)


@incidents.command("merge")
def incidents_merge(context: typer.Context, name: str, into: str, json: Json = False) -> None:
    """Make the incident NAME a part of the incident INTO."""
    call(context, "incidents.merge", json, name=name, into=into)


@drafts.command("list")
def drafts_list(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="draft|approved|sent|rejected")] = "",
    limit: Limit = 100,
    json: Json = False,
) -> None:
    """List drafts of notices, newest first."""
    call(context, "drafts.show_list", json, state=state, limit=limit)


@drafts.command("approve")
def drafts_approve(context: typer.Context, name: str, by: By = "somebody", json: Json = False) -> None:
    """Approve a draft; nothing is sent."""
    call(context, "drafts.approve", json, name=name, by=by)


@drafts.command("reject")
def drafts_reject(context: typer.Context, name: str, by: By = "somebody", json: Json = False) -> None:
    """Reject a draft."""
    call(context, "drafts.reject", json, name=name, by=by)


@tickets.command("list")
def tickets_list(context: typer.Context, limit: Limit = 100, json: Json = False) -> None:
    """List tickets, newest first."""
    call(context, "tickets.show_list", json, limit=limit)


@kb.command("search")
def kb_search(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="what it reads like; empty: the newest")] = "",
    status: Annotated[str, typer.Option(help="investigating|identified|resolved")] = "",
    ai_generated: Annotated[bool | None, typer.Option("--ai/--confirmed", help="machine-made only, or confirmed ones only")] = None,
    limit: Limit = 10,
    json: Json = False,
) -> None:
    """Search known issues by what they read like."""
    call(context, "kb.search", json, text=text, status=status, ai_generated=ai_generated, limit=limit)
