"""The outcome of a comparison as JSON."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.case import Suite
from evals.compare.arms import HOUSE, Arm, ArmName, Arms, differences, identity_note
from evals.compare.flips import flipped
from evals.compare.inference import change
from evals.compare.measures import secondary, tokens, was_stood_in
from evals.compare.pairing import Contest, Pair
from evals.compare.power import reach
from evals.compare.verdict import Verdict, judged, rule
from evals.intervals import share
from evals.oracle import baselines
from evals.report import Circumstances

SIDES: tuple[ArmName, ArmName] = ("a", "b")
CHARS_A_TOKEN = 4
PAYLOAD_TOKENS = 320  # claims, tools and question of one decision, and its answer; measured with a model on the sample suite
TASKS_AN_ANSWER = ("route", "plan", "select", "word")


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed before the run: margin (a share), repeats and seed."""

    margin: float
    repeats: int
    seed: int


def estimate(pair: Arms, cases: int, repeats: int) -> dict[str, Any]:
    """What a run will cost: answers in all, and tokens of each arm, rough."""
    answers = cases * repeats
    return {"answers": 2 * answers, "tokens": {arm.name: answers * _tokens_an_answer(arm) for arm in pair}}


def agreed(suite: Suite, pair: Arms, terms: Terms) -> str:
    """The hash of everything that was fixed before the run: cases, arms, margin, repeats, seed."""
    fixed = [suite.sha256(), [arm.as_json() for arm in pair], asdict(terms)]
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()


def conclusion(contest: Contest, pair: Arms, margin: float) -> Verdict:
    """The verdict of a run."""
    stood_in = [sum(item.holds(arm.name, was_stood_in) for item in contest.pairs) / max(1, len(contest.pairs)) for arm in pair]
    return judged(contest.flips(), (contest.flips(was_stood_in), max(stood_in)), identity_note(pair), margin)


def as_json(contest: Contest, pair: Arms, terms: Terms, told: Circumstances) -> dict[str, Any]:
    """The report: `suite`, `n`, `scores`, `baselines`, `per_group`, `verdict`, and the arms, flips, reach and cost."""
    n, concluded = len(contest.pairs), conclusion(contest, pair, terms.margin)
    return {
        "suite": contest.suite.name,
        "n": n,
        "seed": terms.seed,
        "repeats": terms.repeats,
        "margin": terms.margin,
        "verdict": concluded.name,
        "why": concluded.why,
        "rule": rule(terms.margin),
        "suite_sha256": contest.suite.sha256(),
        "agreed_sha256": agreed(contest.suite, pair, terms),
        **told.as_json(),
        "arms": {arm.name: arm.as_json() for arm in pair},
        "differ_in": list(differences(pair)),
        "note": identity_note(pair),
        "mde": asdict(reach(n, terms.margin)) if n else None,
        "scores": {**_rights(contest.pairs, contest.flips().n), "difference": change(contest.flips()).as_json(), **secondary(contest)},
        "baselines": {name: {"right": share(sum(grade.is_right for grade in grades), n).as_json()} for name, grades in _others(contest)},
        "per_group": {tag: _rights(pairs, len(pairs)) for tag, pairs in _by_tag(contest.pairs).items()},
        "flips": flipped(contest),
        "flaky": [item.case.id for item in contest.pairs if item.is_flaky],
        "stood_in": {arm: sum(item.holds(arm, was_stood_in) for item in contest.pairs) for arm in SIDES},
        "cost": {"estimated": estimate(pair, n, terms.repeats), "tokens": tokens(contest)},
        "skipped": {world: list(missing) for world, missing in contest.skipped.items()},
        "cases": [_case(item) for item in contest.pairs],
    }


def _rights(pairs: Iterable[Pair], n: int) -> dict[str, Any]:
    return {f"right_{arm}": share(sum(pair.is_right(arm) for pair in pairs), n).as_json() for arm in SIDES}


def _others(contest: Contest) -> Iterable[tuple[str, Any]]:
    return baselines(contest.as_run()).items() if contest.pairs else ()


def _by_tag(pairs: Iterable[Pair]) -> Mapping[str, list[Pair]]:
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        for tag in pair.case.tags:
            groups.setdefault(tag, []).append(pair)
    return dict(sorted(groups.items()))


def _case(pair: Pair) -> dict[str, Any]:
    """A case with how many of each arm's repeats were right."""
    return {"case": pair.case.id, **{arm: sum(answer.grade.is_right for answer in pair.answers(arm)) for arm in SIDES}}


def _tokens_an_answer(arm: Arm) -> int:
    """A prompt's text at four characters a token, and a payload with each of the four tasks; none for the house."""
    if arm.model == HOUSE:
        return 0
    lengths = [len(file.text) // CHARS_A_TOKEN for file in arm.prompts.current() if file.task in TASKS_AN_ANSWER]
    return sum(lengths) + PAYLOAD_TOKENS * len(TASKS_AN_ANSWER)
