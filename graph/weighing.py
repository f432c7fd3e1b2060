"""The one question of an answer to a model about sentences that rules cannot settle; without an answer in time nothing changes."""

import asyncio
from collections.abc import Sequence

from agents.entailment import entail_task
from domain.claims import Judged
from graph.context import RunContext
from graph.judging import decide
from grounding.lowering import Doubtful, doubtful, lowered


async def weighed(context: RunContext, judged: Sequence[Judged]) -> list[Judged]:
    """Verdicts after a model's opinion, where settings allow one; opinions of an earlier round hold for the same sentences."""
    if context.judge is context.house or not context.limits.weighed:
        return list(judged)
    asked = doubtful(judged, context.ledger.evidence, context.limits.weighed)
    if asked and context.ledger.opinions is None:
        context.ledger.opinions = await _opinions(context, asked)
    known = context.ledger.opinions or {}
    said = {one.judged.claim.id: known[one.judged.claim.text] for one in asked if one.judged.claim.text in known}
    return list(
        lowered(judged, asked, [name for name, is_so in said.items() if is_so], [name for name, is_so in said.items() if not is_so])
    )


async def _opinions(context: RunContext, asked: Sequence[Doubtful]) -> dict[str, bool]:
    """What the model says of each sentence, by its text; empty when it does not answer within its seconds."""
    try:
        async with asyncio.timeout(context.limits.weighing_s):
            answer = (await decide(context, entail_task(asked, context.seen, context.question.text))).answer
    except TimeoutError:
        context.ledger.note("The model did not say in time which sentences follow from their evidence; they stay unverified.")
        return {}
    texts = {one.judged.claim.id: one.judged.claim.text for one in asked}
    return {text: name in answer.entailed for name, text in texts.items() if name in answer.entailed or name in answer.not_entailed}
