"""Evidence says how far the store was behind when it was looked at."""

from datetime import timedelta

import pytest

from domain.analysis import Question
from domain.window import Window
from graph.looking import lag_s
from tests.graph.world import END, START, world

LATE = Window(END - timedelta(minutes=5), END)


@pytest.mark.parametrize(
    ("window", "behind", "expected"),
    [
        (Window(START, END), None, 0.0),
        (Window(START, END), LATE, 300.0),
        (Window(START, END + timedelta(hours=1)), LATE, 300.0),  # what is still to come is nobody's lag
        (Window(START, END - timedelta(minutes=4)), LATE, 60.0),
        (Window(START, LATE.start), LATE, 0.0),
    ],
)
def test_the_lag_is_what_may_be_missing_at_the_end_of_the_window(window: Window, behind: Window | None, expected: float) -> None:
    assert lag_s(window, behind) == expected


async def test_an_answer_says_how_late_its_data_are() -> None:
    asked = Question("Which services have errors?", Window(START, END))
    late = await world(behind=END - timedelta(seconds=90)).analyst.analyse(asked)
    assert (late.evidence[0].lag_s, late.lag_s, late.as_json()["lag_s"]) == (90.0, 90.0, 90.0)
    assert (await world().analyst.analyse(asked)).lag_s == 0.0
