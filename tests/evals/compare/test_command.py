"""The real command over a model that does what its prompt says: a spoiled prompt is worse, a harmless rewording is not."""

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from prompts.library import SHIPPED
from tests.adapters.chat_server import chat_server
from tests.service.processes import WATCHFLOOR

TELLING = "Answer with their ids, the most direct answer first, at most {{limit}}."
REWORDED = "Give the ids, and the most direct answer first: {{limit}} at most."
SPOILED = "Answer with one id of {{limit}}, that of the last claim of the list."
pytestmark = pytest.mark.timeout(400)


def obedient(request: Mapping[str, Any]) -> str:
    """What a model answers that does just what the system text says, among what the schema offers."""
    form = request["response_format"]["json_schema"]
    system, user = request["messages"][0]["content"], request["messages"][-1]["content"]
    offered = form["schema"]["properties"]
    if form["name"] == "select":
        ids = offered["claims"]["items"]["enum"][: offered["claims"]["maxItems"]]
        return json.dumps({"claims": offered["claims"]["items"]["enum"][-1:] if "the last claim" in system else ids})
    return json.dumps(CHOICES[form["name"]](offered, user))


def _route(offered: Mapping[str, Any], user: str) -> Mapping[str, Any]:
    kinds = "security" if re.search(r"SSH|password|scanners", user) else "sre"
    return {"desks": [name for name in offered["desks"]["items"]["enum"] if name == kinds and "recipe" not in user]}


def _plan(_offered: Mapping[str, Any], user: str) -> Mapping[str, Any]:
    likely = re.findall(r"^Likely: (.*)$", user, re.MULTILINE)[-1]
    return {"calls": [{"tool": name} for name in likely.split(", ")[:2]]}


def _word(_offered: Mapping[str, Any], user: str) -> Mapping[str, Any]:
    return {"headline": re.findall(r"^- (.*)$", user, re.MULTILINE)[0]}


def _revise(_offered: Mapping[str, Any], _user: str) -> Mapping[str, Any]:
    return {"calls": []}


CHOICES = {"route": _route, "plan": _plan, "word": _word, "revise": _revise}


def bundle(path: Path, wording: str) -> Path:
    """The shipped prompts with another sentence in `select.md`."""
    path.mkdir()
    for source in SHIPPED.glob("*.md"):
        (path / source.name).write_text(source.read_text("utf-8").replace(TELLING, wording), "utf-8")
    assert wording in (path / "select.md").read_text("utf-8")
    return path


async def compared(folder: Path, words: Sequence[str], server_url: str = "") -> tuple[int, dict[str, Any]]:
    """The command in a process of its own, with a server's model or without one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WATCHFLOOR_")}
    model = {"WATCHFLOOR_MODEL_BASE_URL": server_url, "WATCHFLOOR_MODEL": "tiny"} if server_url else {}
    process = await asyncio.create_subprocess_exec(
        *[WATCHFLOOR, "eval", "compare", *words, "--json"],
        cwd=folder,
        env={**clean, **model},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, json.loads(out)


async def test_a_spoiled_prompt_is_worse_and_a_reworded_one_is_not(tmp_path: Path) -> None:
    spoiled, reworded = bundle(tmp_path / "spoiled", SPOILED), bundle(tmp_path / "reworded", REWORDED)
    async with chat_server(obedient) as server:
        (bad_code, bad), (same_code, same) = await asyncio.gather(
            compared(tmp_path, ["--b-prompts", str(spoiled), "--cases", "30"], server.url),
            compared(tmp_path, ["--b-prompts", str(reworded), "--cases", "4"], server.url),
        )
    assert (bad["verdict"], bad_code) == ("worse", 1)
    assert bad["scores"]["right_a"]["value"] >= 0.75
    assert len(bad["flips"]["lost"]) >= 6
    assert (same["verdict"], same_code) == ("inconclusive", 2)
    assert (same["differ_in"], same["flips"]) == (["the text of select"], {"lost": [], "gained": []})
    assert bad["arms"]["b"]["model"] == "tiny"
    assert bad["stood_in"] == {"a": 0, "b": 0}


async def test_a_version_with_a_worse_limit_is_worse_without_a_model(tmp_path: Path) -> None:
    code, report = await compared(tmp_path, ["--prompt", "select", "--a", "1", "--b", "hasty", "--cases", "16"])
    assert (report["verdict"], code) == ("worse", 1)
    assert report["differ_in"] == ["the text of select", "limit claims 16 → 1"]
