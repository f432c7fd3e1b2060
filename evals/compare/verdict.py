"""The four verdicts, and the rule they follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evals.compare.inference import Flips, exact_p, score_interval
from evals.compare.power import ALPHA

Name = Literal["better", "not worse", "worse", "inconclusive"]
EXIT_CODES: Mapping[Name, int] = {"better": 0, "not worse": 0, "worse": 1, "inconclusive": 2}
GUARD_ALPHA = 0.005
MOST_STOOD_IN = 0.25


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be believed, and why."""

    name: Name
    why: str

    @property
    def exit_code(self) -> int:
        """0 for better and not worse, 1 for worse, 2 for inconclusive."""
        return EXIT_CODES[self.name]


def rule(margin: float) -> str:
    """The rule in words."""
    points = f"{margin * 100:g}"
    return (
        f"Primary metric: right answers, paired by case. better or worse: exact two-sided McNemar p < {ALPHA:g}. "
        f"not worse: not decisive, and the whole 95 % score interval of B − A lies above −{points} points. "
        f"inconclusive: everything else. Before that: identical arms are never better or worse; "
        f"B is worse when the house had to stand in for its model decisively more often (exact p < {GUARD_ALPHA:g}); "
        f"and nothing is concluded where the house stood in in more than {MOST_STOOD_IN:.0%} of an arm's cases."
    )


def verdict(flips: Flips, margin: float) -> Verdict:
    """The verdict on right answers alone; `margin` is a share above 0. Inconclusive for no cases."""
    if flips.n == 0:
        return Verdict("inconclusive", "No case could be run.")
    p, (low, high) = exact_p(flips), score_interval(flips)
    seen = (
        f"B loses {flips.lost} and gains {flips.gained} of {flips.n} cases: {_points(flips.difference)} points "
        f"[{_points(low)}, {_points(high)}], exact p = {p:.2g}."
    )
    if p < ALPHA:
        return Verdict("worse" if flips.lost > flips.gained else "better", seen)
    if low > -margin:
        return Verdict("not worse", f"{seen} The interval stays above −{margin * 100:g}.")
    return Verdict("inconclusive", f"{seen} It may be as low as {_points(low)} points, and the margin is −{margin * 100:g}.")


def judged(flips: Flips, stood_in: tuple[Flips, float], identity: str, margin: float) -> Verdict:
    """The verdict with its guards. `stood_in`: on the house standing in, the flips (B only is `gained`) and the larger arm's share."""
    if identity:
        return Verdict("not worse", f"{identity} {flips.lost + flips.gained} of {flips.n} cases flipped.")
    unusable, share = stood_in
    if unusable.gained > unusable.lost and exact_p(unusable) < GUARD_ALPHA:
        return Verdict("worse", f"The house had to stand in for B's model in {unusable.gained} cases in which it had not for A's.")
    if share > MOST_STOOD_IN:
        return Verdict(
            "inconclusive", f"The house stood in for a model in {share:.0%} of an arm's cases: what was compared is partly the house."
        )
    return verdict(flips, margin)


def _points(share: float) -> str:
    return f"{share * 100:+.1f}".replace("-", "−")
