"""`watchfloor ask`: one question, one verified answer."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

NOTHING_FOUND = 3
EMPTY_DECISIONS = frozenset({"insufficient"})


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Ask; exit 3 when nothing in scope could answer."""
    request = {
        "question": options["question"],
        "from": options["start"],
        "to": options["end"],
        "desk": options["desk"],
        "thread_id": options["thread"] or None,
        "tz": options["tz"],
        "lang": options["lang"] or None,
    }
    async with open_session(invocation, "ask") as session:
        document = await session.ask(request)
    invocation.show(document, text_of(document))
    return exit_code(document)


def text_of(document: Mapping[str, Any]) -> str:
    """The answer for a terminal."""
    thread = f"thread {document['thread_id']} · run {document['run_id']} · {document['usage']['total_ms']:.0f} ms"
    return f"{document['answer_markdown']}\n\n{thread}"


def exit_code(document: Mapping[str, Any]) -> int:
    """3 when there were no data in scope, else 0 (also when nothing is wrong)."""
    return NOTHING_FOUND if document["final_decision"] in EMPTY_DECISIONS else 0
