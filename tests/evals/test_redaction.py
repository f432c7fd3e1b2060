"""The planted corpus is what it says, and a redactor that does nothing fails it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import WrongUseError
from domain.telemetry import LogRecord
from evals.redaction.benign import benign
from evals.redaction.command import Asked, run
from evals.redaction.corpus import Planted, plant
from evals.redaction.phrases import KINDS, built_in, read_phrasebook
from evals.redaction.scoring import leaks, touched
from pipeline.redaction import Redactor
from pipeline.redaction.checks import is_card, is_iban
from pipeline.redaction.fields import texts

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def test_enough_kinds_and_shapes_are_planted() -> None:
    planted = plant(3, 400, built_in())
    assert len({each.kind for each in planted}) == len(KINDS) >= 15
    assert len({each.shape for each in planted}) >= 8


def test_every_planted_secret_is_in_its_record() -> None:
    for each in plant(4, 400, built_in()):
        held = "\n".join(texts(each.record))
        assert any(form in held for form in each.forms), each


def test_one_seed_plants_the_same_and_another_does_not() -> None:
    assert plant(5, 50, built_in()) == plant(5, 50, built_in()) != plant(6, 50, built_in())


def test_numbers_of_people_carry_their_check_digits() -> None:
    planted = plant(7, 400, built_in())
    assert all(is_card(each.forms[0].replace("%20", " ")) for each in planted if each.kind == "card")
    assert all(is_iban(each.forms[0]) for each in planted if each.kind == "iban")


def test_recall_and_false_redactions_keep_their_bars() -> None:
    redactor = Redactor(b"k")
    assert len(leaks(redactor, plant(1, 400, built_in()))) <= 4
    assert touched(redactor, benign(1, 1000)) == []


def test_a_secret_that_stays_in_part_is_a_leak() -> None:
    whole = Planted("secret", "text", ("a1B2c3D4e5F6g7H8",), LogRecord(1, "s", "beginning a1B2c3D4 and no more"))
    assert len(leaks(Redactor(b"k"), [whole])) == 1


def test_a_phrasebook_adds_carriers_and_lines(tmp_path: Path) -> None:
    book = tmp_path / "more.yaml"
    book.write_text(
        'password: ["the codeword of the day: {secret}"]\nany: "got {secret}"\nbenign: ["password=hunter2x"]\n', encoding="utf-8"
    )
    report = run(Asked(2, 80, book), None, now=NOW, say=print, data=tmp_path / "none")
    assert report["lines_per_cpu_s"]["generated"] > 0
    assert report["per_shape"]["phrasebook"] == {"planted": 80, "leaked": report["per_kind"]["password"]["leaked"]}
    assert report["per_kind"]["password"]["leaked"] > 0
    assert (report["kept"], len(report["false"])) == (False, 1)
    assert "skipped" in report["real_lines"]


@pytest.mark.parametrize(
    ("text", "named"), [("nonsense: ['{secret}']", "nonsense"), ("password: ['no blank']", "no blank"), ("- a", "map")]
)
def test_a_phrasebook_of_another_shape_is_refused(tmp_path: Path, text: str, named: str) -> None:
    book = tmp_path / "more.yaml"
    book.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUseError, match=named):
        read_phrasebook(book)


def test_real_lines_are_read_from_globs_and_the_report_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("all is well\npassword=hunter2x\n\n", encoding="utf-8")
    report = run(Asked(2, 40), tmp_path / "out", now=NOW, say=print, data=tmp_path)
    assert report["real_lines"]["lines"] == 0
    assert "Suite `redaction`" in (tmp_path / "out/eval-redaction.md").read_text("utf-8")
