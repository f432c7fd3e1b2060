"""What `watchfloor eval verifier` does: true claims and their mutants given to the verifier, scored and reported."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from domain.errors import WrongUseError
from evals.report import circumstances, write_report
from evals.verifier.choice import Chosen, choose
from evals.verifier.harvest import MORE_KINDS, Harvest, MeasuringRuntimeFactory, harvested
from evals.verifier.report import SUITE, as_json, as_markdown
from evals.verifier.trial import Trial, run_trial

LANGUAGES = ("en", "ko")
CLAIMS, MUTANTS, ALL_FROM = 1_500, 12, 5_000
_EVERY = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """Which seed, how many true claims, in which language their texts are."""

    seed: int = 1
    claims: int = CLAIMS
    language: str = "en"

    @property
    def mutants(self) -> int:
        """How many mutants of each claim are drawn; 0: all, as in a long run."""
        return MUTANTS if self.claims < ALL_FROM else 0

    @property
    def harvest(self) -> Harvest:
        """The worlds that templates are run over: two, in a long run five."""
        return Harvest(self.seed) if self.claims < ALL_FROM else Harvest(self.seed, MORE_KINDS)

    @property
    def name(self) -> str:
        """The report's name."""
        return SUITE if self.language == "en" else f"{SUITE}-{self.language}"


async def run(
    open_runtime: MeasuringRuntimeFactory,
    asked: Asked,
    out: Path | None,
    *,
    now: datetime,
    say: Callable[[str], None],
    harvest: Harvest | None = None,
) -> dict[str, Any]:
    """The report; with `out`, also written there as `verifier.json` and `.md`. Raises WrongUseError for another language."""
    if asked.language not in LANGUAGES:
        raise WrongUseError(f"there is no language {asked.language!r}; there are: {', '.join(LANGUAGES)}")
    templates = await harvested(open_runtime, harvest or asked.harvest, say)
    chosen = choose(templates, asked.claims, asked.seed)
    trials = _trials(chosen, asked, say)
    command = f"watchfloor eval verifier --seed {asked.seed} --claims {asked.claims} --language {asked.language}"
    report = as_json(chosen, trials, circumstances(command, now), asked.language)
    if out is not None:
        for path in write_report(report, as_markdown(report), out, asked.name):
            say(f"wrote {path}")
    return report


def _trials(chosen: Sequence[Chosen], asked: Asked, say: Callable[[str], None]) -> list[Trial]:
    trials = []
    for number, one in enumerate(chosen):
        if number % _EVERY == 0:
            say(f"  sheet {number + 1} of {len(chosen)}")
        trials.append(run_trial(one.sheet, one.true, Random(f"{asked.seed} {number}"), asked.language, asked.mutants))
    return trials
