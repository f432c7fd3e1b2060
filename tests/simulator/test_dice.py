"""Seeded chance is independent between purposes and has the means it promises."""

from statistics import fmean

from simulator.dice import Dice


def test_one_name_gives_one_stream() -> None:
    assert [Dice(3, "a").whole(0, 9) for _ in range(5)] == [Dice(3, "a").whole(0, 9) for _ in range(5)]
    assert Dice(3, "a").hexadecimal(16) != Dice(3, "b").hexadecimal(16) != Dice(4, "a").hexadecimal(16)


def test_drawing_from_one_stream_does_not_shift_another() -> None:
    untouched, drawn = Dice(3, "a"), Dice(3, "a")
    drawn.happens(0.5)
    assert untouched.stream("x").hexadecimal(8) == drawn.stream("x").hexadecimal(8)


def test_counts_have_the_asked_mean() -> None:
    dice = Dice(1, "counts")
    assert abs(fmean(dice.count(2.5) for _ in range(4000)) - 2.5) < 0.1


def test_hexadecimal_ids_keep_their_leading_zeros() -> None:
    dice = Dice(1, "ids")
    assert {len(dice.hexadecimal(4)) for _ in range(400)} == {4}
