"""Three hundred mutants, other ones for every commit: wrong claims are caught, true ones pass, and the oracle has an opinion of its own."""

import subprocess
from itertools import islice
from random import Random

import pytest

from evals.verifier import scoring
from evals.verifier.shapes.sheets import sheets
from evals.verifier.sheet import confirmed
from evals.verifier.trial import SLOTS, TEXT, Trial, run_trial
from grounding.mutations.benign import BENIGN
from grounding.mutations.catalogue import OPERATORS
from grounding.mutations.degradations import DEGRADATIONS

SHEETS = 4
CLAIMS = 3  # of each kind on a sheet
MUTANTS = 5
LEAST = 300


def first_seed() -> int:
    """Of this commit; 1 outside a checkout."""
    asked = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return int(asked.stdout.strip()[:6] or "1", 16)


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    made = []
    for number, sheet in enumerate(islice(sheets(first_seed()), SHEETS)):
        dice = Random(number)
        true, _ = confirmed(sheet)
        kinds = {claim.kind: [one for one in true if one.kind == claim.kind] for claim in true}
        drawn = [claim for some in kinds.values() for claim in dice.sample(some, min(CLAIMS, len(some)))]
        made.append(run_trial(sheet, drawn, dice, most=MUTANTS))
    return made


def test_wrong_claims_are_caught_and_true_ones_pass(trials: list[Trial]) -> None:
    tried = [one for trial in trials for one in trial.tried]
    for form in (SLOTS, "slots+text"):
        some = [one for one in tried if one.form == form]
        harmful, benign = [one for one in some if one.harmful], [one for one in some if not one.harmful]
        missed, alarms = [one for one in harmful if one.is_accepted], [one for one in benign if not one.is_accepted]
        assert len(missed) <= 0.02 * len(harmful), (first_seed(), missed[:3])
        assert len(alarms) <= 0.03 * len(benign), (first_seed(), alarms[:3])


def test_a_sentence_that_says_otherwise_than_its_slots_or_alone_is_seldom_accepted(trials: list[Trial]) -> None:
    spoken = [one for trial in trials for one in trial.tried if one.harmful and one.form not in {SLOTS, "slots+text"}]
    accepted = [one for one in spoken if one.is_accepted]
    assert len(accepted) <= 0.08 * len(spoken), (first_seed(), accepted[:3])


def test_enough_is_tried_and_every_kind_is(trials: list[Trial]) -> None:
    tried = [one for trial in trials for one in trial.tried if one.form != TEXT]
    assert sum(one.harmful for one in tried) >= LEAST
    kinds = scoring.grouped(tried, lambda one: one.kind)
    assert set(kinds) >= {
        "quantity",
        "comparison",
        "trend",
        "entity",
        "absence",
        "temporal",
        "quote",
        "causal",
        "past_incident",
        "recommendation",
    }


def test_checking_beats_looking_for_the_number(trials: list[Trial]) -> None:
    tried = [one for trial in trials for one in trial.tried]
    baselines = scoring.of_baselines(tried)
    assert baselines["nothing checked"]["detection"]["value"] == 0
    assert max(one["detection"]["value"] for one in baselines.values()) < 0.5
    assert scoring.supported(scoring.structured(tried)).value is not None


def test_operators_have_names_of_their_own() -> None:
    names = [*OPERATORS, *DEGRADATIONS, *BENIGN]
    assert len(set(names)) == len(names)
    assert len(names) >= 90
