"""`watchfloor incidents list|show|resolve|confirm|merge`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session


async def show_list(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """The incidents, the gravest first; exit 3 when there are none."""
    async with open_session(invocation, "incidents list") as session:
        found = await session.read("incidents", options)
    invocation.show(found, "\n".join(map(line, found)) or "No incidents.")
    return 0 if found else 3


async def show_one(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """One incident with its cause, its alarms and what follows from it."""
    async with open_session(invocation, "incidents show") as session:
        incident = await session.read(f"incidents/{options['name']}")
    invocation.show(incident, _whole(incident))
    return 0


async def resolve(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """The incident is over."""
    return await _step(invocation, options["name"], "resolve", {"by": options["by"]})


async def confirm(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """A person agrees that it is an incident."""
    return await _step(invocation, options["name"], "confirm", {"by": options["by"]})


async def merge(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """The first is part of the second."""
    return await _step(invocation, options["name"], "merge", {"into": options["into"]})


async def _step(invocation: Invocation, name: str, step: str, body: Mapping[str, Any]) -> int:
    async with open_session(invocation, f"incidents {step}") as session:
        incident = await session.send(f"incidents/{name}/{step}", body)
    invocation.show(incident, line(incident))
    return 0


def line(incident: Mapping[str, Any]) -> str:
    """One incident as a line."""
    said = incident["one_line"] or incident["title"]
    return f"{incident['incident_id']:<36} {incident['severity']:<8} {incident['status']:<13} {incident['start_at']}  {said}"


def _whole(incident: Mapping[str, Any]) -> str:
    cause = incident["root_cause"]
    told = f"{cause['text']} ({cause['verdict']}, {cause['run_id']})" if cause else "not known"
    lines = [line(incident), f"services  {', '.join(incident['services'])}", f"cause     {told}"]
    lines += [f"until     {incident['end_at']}"] if incident["end_at"] else []
    lines += [f"ticket    {incident['ticket_id']}"] if incident["ticket_id"] else []
    lines += [f"issue     {incident['issue_id']}"] if incident["issue_id"] else []
    return "\n".join([*lines, *map(_alarm, incident["alarms"]), *map(_comment, incident["comments"])])


def _alarm(alarm: Mapping[str, Any]) -> str:
    seen = f"{alarm['value']:.4g} {alarm['unit']} against {alarm['threshold']:.4g}"
    return f"alarm     {alarm['rule']} of {alarm['service']} {alarm['route']} {alarm['error_code']} {seen}, since {alarm['start_at']}"


def _comment(comment: Mapping[str, Any]) -> str:
    return f"comment   {comment['at']} {comment['author']}: {comment['text']}"
