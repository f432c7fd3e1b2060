"""`watchfloor verify`: claims and evidence from files, verdicts out; needs no store."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import WrongUseError
from grounding.documents import verify_documents
from service.invocation import Invocation
from tools.catalogue import knowledge


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Exit 0 whatever the verdicts are: they are the answer, not a failure."""
    document = verify_documents(_json(options["claims"]), _json(options["evidence"]), knowledge())
    lines = [f"{entry['id']:>6}  {entry['verdict']:<14} {entry['reason']}" for entry in document["claims"]]
    score = document["grounding"]["score"]
    invocation.show(document, "\n".join([*lines, f"grounding {'n/a' if score is None else score}"]))
    return 0


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongUseError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongUseError(f"{str(path)!r} is not JSON: {error}.") from error
