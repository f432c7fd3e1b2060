"""`watchfloor prompts list|show|diff`."""

from collections.abc import Mapping
from typing import Any

from prompts.library import PromptLibrary
from service.invocation import Invocation


async def show_list(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """All prompts with versions and hashes."""
    files = PromptLibrary.load().listed()
    listing = [{"task": file.task, "version": file.version, "sha256": file.sha256, "current": file.is_current} for file in files]
    lines = [f"{file.task:<10} {file.version:<8} {file.sha256[:12]} {'current' if file.is_current else ''}" for file in files]
    invocation.show(listing, "\n".join(lines))
    return 0


async def show_one(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """One prompt's text."""
    shown = PromptLibrary.load().shown(options["name"], options["version"])
    invocation.show({"task": shown.task, "version": shown.version, "sha256": shown.sha256, "text": shown.text}, shown.text)
    return 0


async def show_diff(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """What changed between two versions; without a second one, between the first and the current."""
    text = PromptLibrary.load().diff(options["name"], options["first"], options["second"])
    invocation.show({"task": options["name"], "diff": text}, text)
    return 0
