"""`watchfloor investigate`: one analysis of an incident, an alert payload, or just a window."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import WrongUseError
from service.commands.ask import exit_code, text_of
from service.invocation import Invocation
from service.sessions import open_session


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Look into it; exit 3 when nothing in scope could answer, 0 also when nothing is wrong."""
    request = {
        "incident": options["incident"],
        "service": options["service"],
        "from": options["start"],
        "to": options["end"],
        "tz": options["tz"],
    }
    alert = payload(options["alert"]) if options["alert"] else None
    async with open_session(invocation, "investigate") as session:
        document = await session.send("investigate", {**request, "alert": alert} if alert else request)
    invocation.show(document, text_of(document))
    return exit_code(document)


def payload(file: Path) -> Mapping[str, Any]:
    """An alert as its sender posted it. Raises WrongUseError when the file cannot be read as a JSON object."""
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUseError(f"Cannot read the alert {str(file)!r}: {error.strerror}.") from error
    except ValueError as error:
        raise WrongUseError(f"The alert {str(file)!r} is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise WrongUseError(f"The alert {str(file)!r} is no JSON object; give one payload of Alertmanager or a generic alert.")
    return read
