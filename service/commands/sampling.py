"""`watchfloor sampling show|set|retention`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from domain.errors import WrongUseError
from service.invocation import Invocation
from service.sessions import open_session

POLICY, RETENTION = "sampling/policy", "sampling/retention"


async def show(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """The policy in force, as YAML that `set` takes."""
    async with open_session(invocation, "sampling show") as session:
        policy = await session.read(POLICY)
    invocation.show(policy, _as_yaml(policy))
    return 0


async def put(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """Put the policy of a file in force, or say what it would have kept; exit 3 when there was nothing to try it on."""
    policy = _policy(options["file"])
    if options["dry_run"]:
        return await _rehearse(invocation, policy, options["minutes"])
    async with open_session(invocation, "sampling set") as session:
        kept = await session.send(POLICY, policy, "PUT")
    invocation.show(kept, _as_yaml(kept))
    return 0


async def retained(invocation: Invocation, _options: Mapping[str, Any]) -> int:
    """What was kept, by service and class; exit 3 when nothing was sampled yet."""
    async with open_session(invocation, "sampling retention") as session:
        found = await session.read(RETENTION)
    invocation.show(found, "\n".join(_rows(found["rows"])) or "Nothing was sampled since the start.")
    return 0 if found["rows"] else 3


async def _rehearse(invocation: Invocation, policy: Mapping[str, Any], minutes: int) -> int:
    async with open_session(invocation, "sampling set") as session:
        found = await session.send(f"{POLICY}?dry_run=true&minutes={minutes}", policy, "PUT")
    told = f"would keep {found['share']:.1%} of the last {minutes} min; {found['share_now']:.1%} under the policy in force"
    invocation.show(found, "\n".join([*_rows(found["rows"]), told]) if found["rows"] else f"Nothing came in the last {minutes} min.")
    return 0 if found["rows"] else 3


def _policy(file: Path) -> Mapping[str, Any]:
    """The document of a YAML or JSON file."""
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WrongUseError(f"the policy file {str(file)!r} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise WrongUseError(f"the policy file {str(file)!r} holds no mapping; `watchfloor sampling show` prints one")
    return found


def _as_yaml(policy: Mapping[str, Any]) -> str:
    return yaml.safe_dump(json.loads(json.dumps(policy)), sort_keys=False).rstrip()


def _rows(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [f"{row['service']:<20} {row['class']:<12} {row['seen']:>12,.0f} seen {row['share']:>8.2%} kept" for row in rows]
