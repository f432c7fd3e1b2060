"""`watchfloor grounding`."""

from collections.abc import Mapping
from typing import Any

from service.invocation import Invocation
from service.sessions import open_session

Document = Mapping[str, Any]


async def main(invocation: Invocation, options: Mapping[str, Any]) -> int:
    """How much stood, what did not and why; exit 3 when nothing was checked."""
    async with open_session(invocation, "grounding") as session:
        found = await session.read("grounding", options)
    invocation.show(found, "\n".join(_lines(found)) if found["runs"] else "No answers were checked in that time.")
    return 0 if found["runs"] else 3


def _lines(found: Document) -> list[str]:
    rate = "n/a" if found["success_rate"] is None else f"{100 * found['success_rate']:.1f} %"
    counts = f"{found['failed']:,} did not, {found['corrected']:,} were corrected"
    return [
        f"{found['runs']:,} runs, {found['claims']:,} claims judged: {rate} stood, {counts}",
        *(_score(name, found["scores"][key]) for name, key in (("G as published", "score"), ("G of the draft", "draft_score"))),
        *_table("kind", found["by_kind"]),
        *_table("desk", found["by_desk"]),
        *_table("prompt", found["by_prompt_version"]),
        *_table("reason", found["by_reason"]),
        *_patterns(found["patterns"]),
    ]


def _score(name: str, histogram: Document) -> str:
    if not histogram["runs"]:
        return f"{name}: n/a"
    filled = ", ".join(f"≤ {bucket['up_to']}: {bucket['runs']:,}" for bucket in histogram["buckets"] if bucket["runs"])
    return f"{name}: mean {histogram['mean']:g}, median {histogram['median']:g} over {histogram['runs']:,} runs ({filled})"


def _table(head: str, rows: list[Document]) -> list[str]:
    told = [(row["name"], row.get("claims"), row["contradicted"], row["unverified"]) for row in rows]
    shown = [f"{name:<24}{'' if claims is None else f'{claims:,}':>9}{wrong:>14,}{open_:>12,}" for name, claims, wrong, open_ in told]
    return ["", f"{head:<24}{'claims':>9}{'contradicted':>14}{'unverified':>12}", *shown] if shown else []


def _patterns(shapes: list[Document]) -> list[str]:
    told = [
        f"{one['n']:>6,}  {one['verdict']} {one['kind']} over {one['source'] or '–'}.{one['column'] or '–'}: {one['reason']}"
        for one in shapes
    ]
    return ["", "most frequent shapes of claims that did not stand", *told] if told else []
