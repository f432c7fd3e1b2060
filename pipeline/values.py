"""JSON values as the texts that attributes hold, within limits."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

MAX_ATTRIBUTES = 128
MAX_VALUE = 32_768
MAX_DEPTH = 16
MAX_NAME = 1_024


def attributes_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Flat attributes of a JSON object: nested objects get dotted names, lists become JSON, null is left out.

    One more is kept, and one more character of each, than a record may have (128 of 32,768): the pipeline cuts, and says so.
    """
    flat: dict[str, str] = {}
    for name, value in _flat(values, "", 0):
        if len(flat) > MAX_ATTRIBUTES:
            break
        flat[name] = value[: MAX_VALUE + 1]
    return flat


def text_of(value: Any) -> str:
    """A JSON value as an attribute's text. Raises ValueError for one nested too deep to be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError as error:
        raise ValueError(f"a value cannot be written as JSON ({error})") from error


def _flat(values: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict) and depth < MAX_DEPTH:
            yield from _flat(value, f"{prefix}{name}."[:MAX_NAME], depth + 1)
        elif value is not None:
            yield f"{prefix}{name}"[:MAX_NAME], text_of(value)
