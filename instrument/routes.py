"""The route of a request: the template of the framework, or else its path with what looks like an id taken out."""

import re
from collections.abc import Mapping
from typing import Any

MOST_PATH = 200
_ID = re.compile(r"\d+|(?=\D*\d)(?:[0-9a-fA-F]{6,}|[\w~.%+=-]{20,}|[A-Za-z]+[-_]\d+)")
_BLANK = re.compile(r"\{(\w+)(?::\w+)?\}")


def route_of(scope: Mapping[str, Any], root: str) -> str:
    """The route of an ASGI scope after its framework chose one; `root` is the scope's root path as the server gave it."""
    path = str(scope.get("path", "")).removeprefix(root) or "/"
    chosen = scope.get("route")
    template = getattr(chosen, "path_format", None) or getattr(chosen, "path", None)
    if not isinstance(template, str) or not template:
        return masked(path)
    return _before(path, template, scope.get("path_params") or {}) + _BLANK.sub(r"{\1}", template)


def masked(path: str) -> str:
    """A path with `{id}` for each segment that is a number, a hexadecimal id, a UUID, a long token or a word with a number."""
    return "/".join("{id}" if _ID.fullmatch(segment) else segment for segment in path[:MOST_PATH].split("/"))


def _before(path: str, template: str, given: Mapping[str, Any]) -> str:
    """What of a path stands before its route: a mount or a router's prefix, which a route does not know of itself."""
    values = (str(given.get(name, "")) for name in _BLANK.findall(template))
    rest = template.count("/") + sum(value.count("/") for value in values)
    return masked("/".join(path.split("/")[: -rest or None]))
