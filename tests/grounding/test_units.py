"""Units convert inside a dimension only, and printed numbers are equal to half a unit of their last digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.cells import Number
from grounding.units import UNITS, agrees, convert, unit_of

VALUES = st.floats(min_value=1e-3, max_value=1e9)
NAMES = st.sampled_from(sorted(UNITS))


@given(VALUES, NAMES, NAMES)
def test_conversion_goes_there_and_back_or_not_at_all(value: float, one: str, other: str) -> None:
    converted = convert(value, UNITS[one], UNITS[other])
    if UNITS[one].dimension != UNITS[other].dimension:
        assert converted is None
        return
    assert converted is not None
    back = convert(converted, UNITS[other], UNITS[one])
    assert back == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "KB", "B", 1000),
        (1, "KiB", "B", 1024),
        (1, "GiB", "MiB", 1024),
        (1.5, "h", "min", 90),
        (2, "1/s", "1/min", 120),
        (5, "ms", "us", 5000),
    ],
)
def test_known_conversions(value: float, source: str, target: str, expected: float) -> None:
    assert convert(value, UNITS[source], UNITS[target]) == pytest.approx(expected)


@pytest.mark.parametrize(("one", "other"), [("%", "pp"), ("1", "ms"), ("B", "1"), ("%", "1"), ("1/s", "1")])
def test_these_are_never_the_same_dimension(one: str, other: str) -> None:
    assert convert(1.0, UNITS[one], UNITS[other]) is None


def test_a_ratio_without_unit_is_a_fraction_of_per_cent() -> None:
    assert convert(0.0327, unit_of("1", "ratio"), UNITS["%"]) == pytest.approx(3.27)


@given(st.floats(min_value=0.001, max_value=1e6), st.integers(min_value=0, max_value=5))
def test_a_number_agrees_with_its_own_rounding(actual: float, digits: int) -> None:
    printed = Decimal(f"{actual:.{digits}f}")
    assert agrees(printed, actual) or printed == 0


@given(st.integers(min_value=1, max_value=10**15), st.integers(min_value=1, max_value=10**6))
def test_a_count_agrees_with_itself_only(count: int, gap: int) -> None:
    assert agrees(count, count, exact=True)
    assert not agrees(count + gap, count, exact=True)


@given(st.floats(min_value=1, max_value=1e6), st.floats(min_value=0.0501, max_value=0.5), st.sampled_from([-1, 1]))
def test_about_allows_five_per_cent(actual: float, share: float, sign: int) -> None:
    assert agrees(Decimal(repr(actual * 1.04)), actual, about=True)
    assert not agrees(Decimal(repr(actual * (1 + sign * share))), actual, about=True) or actual * share <= 0.5


@pytest.mark.parametrize(
    ("claimed", "actual", "answer"),
    [
        (912, 912.4, True),
        (912, 912.6, False),
        (912.4, 912.437, True),
        (912.4, 912.46, False),
        (0, 0.3, False),
        (0.0, 0.004, True),
        (Decimal("3.10"), 3.14, False),
        (3.1, 3.14, True),
    ],
)
def test_equality_is_at_the_printed_precision(claimed: Number, actual: float, *, answer: bool) -> None:
    assert agrees(claimed, actual) is answer
