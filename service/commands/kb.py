"""`watchfloor kb search`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session


async def search(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Known issues like a text, nearest first; exit 3 when there are none."""
    asked = {"q": options["text"], "status": options["status"], "ai_generated": options["ai_generated"], "limit": options["limit"]}
    async with open_session(invocation, "kb search") as session:
        issues = await session.read("kb/search", asked)
    invocation.show(issues, "\n".join(map(_line, issues)) or "Nothing known is like that.")
    return 0 if issues else 3


def _line(issue: Mapping[str, Any]) -> str:
    near = f"{issue['similarity']:.2f}" if "similarity" in issue else "    "
    return f"{near}  {issue['issue_id']:<34} {issue['status']:<13} {issue['severity']:<8} {issue['title']}"
