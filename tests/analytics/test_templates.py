"""The template miner."""

import csv
import random
import time
from collections import defaultdict
from pathlib import Path

import pytest

from analytics.templates import TemplateMiner, mine
from domain.telemetry import LogTemplate

DATA = Path("../shared/data/loghub-2k/dev")
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "kappa")


def test_lines_that_differ_in_values_share_a_template() -> None:
    miner = TemplateMiner()
    ids = {miner.add("pay", "INFO", f"order {number} stored in {number * 3} ms") for number in range(50)}
    assert len(ids) == 1
    assert [template.text for template in miner.templates()] == ["order <*> stored in <*>"]


def test_another_message_another_service_and_another_level_have_their_own() -> None:
    miner = TemplateMiner()
    ids = {
        miner.add("pay", "INFO", "session opened"),
        miner.add("pay", "INFO", "session closed"),
        miner.add("cart", "INFO", "session opened"),
        miner.add("pay", "ERROR", "session opened"),
    }
    assert len(ids) == 4


def test_ids_are_the_same_for_the_same_lines_in_the_same_order() -> None:
    lines = [f"{random.Random(seed).choice(WORDS)} got {seed} items from host{seed % 5}" for seed in range(300)]
    first, second = TemplateMiner(), TemplateMiner()
    assert [first.add("s", "INFO", line) for line in lines] == [second.add("s", "INFO", line) for line in lines]


def test_a_miner_seeded_with_stored_templates_gives_the_same_ids() -> None:
    lines = [f"user {WORDS[at % 8]} paid {at} for cart {at * 7:x}f1 (ok={at % 2 == 0})" for at in range(100)] + ["cache miss"]
    miner = TemplateMiner()
    for line in lines:
        miner.add("s", "INFO", line)
    ids = [miner.add("s", "INFO", line) for line in lines]
    later = TemplateMiner(miner.templates())
    assert [later.add("s", "INFO", line) for line in lines] == ids
    assert later.take_changed() == ()


def test_changed_templates_are_new_or_reworded_ones_only() -> None:
    miner = TemplateMiner()
    name = miner.add("s", "INFO", "the queue named orders is now full of old things")
    assert [template.template_id for template in miner.take_changed()] == [name]
    assert miner.take_changed() == ()
    assert miner.add("s", "INFO", "the queue named refunds/eu is now full of old things") == name
    assert miner.take_changed() == (LogTemplate(name, "s", "INFO", "the queue named <*> is now full of old things"),)


def test_four_templates_that_differ_in_one_word_become_one() -> None:
    miner = TemplateMiner()
    ids = [miner.add("s", "INFO", f"job {word} done") for word in WORDS]
    assert len({miner.final_id(name) for name in ids}) == 1
    assert {template.text for template in miner.templates()} == {"job <*> done"}


def test_memory_is_bounded_and_the_used_stay() -> None:
    miner = TemplateMiner(max_templates=50)
    kept = miner.add("s", "INFO", "heartbeat of the scheduler arrived")
    for at in range(2_000):
        miner.add("s", "INFO", " ".join(["x" * (at % 7 + 1)] * (at % 60 + 2)) + f" {'q' * (at % 31)}")
        miner.add("s", "INFO", "heartbeat of the scheduler arrived")
    assert len(miner.templates()) <= 50
    assert kept in {template.template_id for template in miner.templates()}


def test_text_without_a_pattern_does_not_cost_more_and_more() -> None:
    dice = random.Random(3)
    lines = [" ".join(["start here", *("".join(dice.choices("abcdefgh", k=6)) for _ in range(8))]) for _ in range(4_000)]
    miner = TemplateMiner()
    began = time.process_time()
    for line in lines:
        miner.add("s", "INFO", line)
    assert time.process_time() - began < 8
    assert len(miner.templates()) <= 100


def test_mined_rows_are_numbered_and_carry_the_final_template() -> None:
    rows = list(mine([f"job {word} done" for word in WORDS] + ["disk full"]))
    assert [number for number, _, _ in rows] == list(range(1, 10))
    assert {template for _, _, template in rows} == {"job <*> done", "disk full"}
    assert len({name for _, name, _ in rows}) == 2


@pytest.mark.parametrize("body", ["", "   ", "\n\n", "\x00", "<*>", "<*> <*>", "=" * 500, "é" * 9_000])
def test_any_body_has_a_template(body: str) -> None:
    miner = TemplateMiner()
    assert miner.add("s", "INFO", body).startswith("T")


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the public data folder is not beside the project")
def test_grouping_accuracy_on_ten_public_systems_is_at_least_0_95() -> None:
    scores = [_grouping_accuracy(folder) for folder in sorted(DATA.iterdir()) if folder.is_dir()]
    assert len(scores) == 10
    assert sum(scores) / len(scores) >= 0.95


def _grouping_accuracy(folder: Path) -> float:
    with (folder / f"{folder.name}_2k.log_structured_corrected.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ours: dict[str, list[int]] = defaultdict(list)
    theirs: dict[str, list[int]] = defaultdict(list)
    for (number, name, _), row in zip(mine(row["Content"] for row in rows), rows, strict=True):
        ours[name].append(number)
        theirs[row["EventId"]].append(number)
    true = {tuple(group) for group in theirs.values()}
    return sum(len(group) for group in ours.values() if tuple(group) in true) / len(rows)
