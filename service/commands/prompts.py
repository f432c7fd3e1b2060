"""`watchfloor prompts list|show|diff`."""

from collections.abc import Mapping
from typing import Any

from prompts.library import PromptLibrary
from service.invocation import Invocation


async def show_list(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """All prompts with versions and hashes."""
    listing = [dict(entry) for entry in PromptLibrary.load().listing()]
    invocation.show(listing, "\n".join(f"{entry['name']:<10} {entry['version']:<8} {entry['sha256'][:12]}" for entry in listing))
    return 0


async def show_one(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """One prompt's text."""
    text = PromptLibrary.load().text(options["name"], options["version"])
    invocation.show({"name": options["name"], "text": text}, text)
    return 0


async def show_diff(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """What changed between two versions."""
    text = PromptLibrary.load().diff(options["name"], options["first"], options["second"])
    invocation.show({"name": options["name"], "diff": text}, text)
    return 0
