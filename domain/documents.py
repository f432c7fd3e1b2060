"""Dataclasses as JSON documents: times as RFC 3339 in UTC, tuples as lists, names unchanged."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from domain.window import rfc3339


def document(value: object) -> dict[str, Any]:
    """A dataclass as the JSON object that others read. Raises TypeError for anything else."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{value!r} is no dataclass")
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def plain(value: object) -> Any:
    """Any value as JSON carries it."""
    if is_dataclass(value) and not isinstance(value, type):
        return document(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value
