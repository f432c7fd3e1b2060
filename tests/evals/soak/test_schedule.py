import pytest

from evals.soak.schedule import MODES, PARTS, Mode, schedule

KILLING = {"kill", "torn", "flip", "marks", "rot", "tight", "spooled"}


@pytest.mark.parametrize("mode", MODES)
def test_equal_seeds_give_equal_schedules_and_others_others(mode: Mode) -> None:
    assert schedule(17, mode) == schedule(17, mode)
    assert len({schedule(seed, mode) for seed in range(20)}) == 20


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("first", [0, 3, 1_000_003])
def test_ten_seeds_in_a_row_kill_every_part(mode: Mode, first: int) -> None:
    hit = {fault.target for seed in range(first, first + 10) for fault in schedule(seed, mode).faults if fault.kind in KILLING}
    assert hit >= set(PARTS[mode])


@pytest.mark.parametrize("mode", MODES)
def test_faults_come_one_after_the_other_while_there_is_traffic(mode: Mode) -> None:
    for seed in range(200):
        drawn = schedule(seed, mode)
        ends = [0.0, *(fault.at_s + fault.for_s for fault in drawn.faults)]
        assert all(fault.at_s > end for fault, end in zip(drawn.faults, ends, strict=False))
        assert drawn.batches / drawn.per_s > ends[-1]
        assert 2 <= len(drawn.faults) <= 4


def test_every_kind_of_fault_is_drawn_somewhere() -> None:
    drawn = {fault.kind for mode in MODES for seed in range(100) for fault in schedule(seed, mode).faults}
    assert drawn == {"kill", "spooled", "tight", "torn", "flip", "marks", "rot", "freeze", "full", "cut"}


def test_a_schedule_says_how_it_is_run_again() -> None:
    assert "watchfloor eval soak --mode spool --seed 4 --schedules 1" in str(schedule(4, "spool"))
