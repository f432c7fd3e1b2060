from dataclasses import replace
from pathlib import Path
from random import Random

from evals.soak.series import Sample, chart, is_flat, parts_of, slope

FIRST = Sample(0.0, 400.0, 390.0, 10.0, 90, 200, 5, 100, 0.1, 5.0, 20.0, 0.0)


def samples(mb_an_hour: float) -> list[Sample]:
    dice = Random(1)
    return [replace(FIRST, at_s=at_s, rss_mb=400 + mb_an_hour * at_s / 3_600 + dice.uniform(-0.1, 0.1)) for at_s in range(0, 2_700, 10)]


def test_the_slope_of_what_grows_is_found_with_its_interval() -> None:
    found = slope(samples(50.0), "rss_mb")
    assert found is not None
    assert found.low < 50 < found.high
    assert found.high < 51


def test_what_is_filled_in_the_first_third_is_no_growth() -> None:
    series = [replace(one, rss_mb=min(one.rss_mb + one.at_s, one.rss_mb + 800)) for one in samples(0.0)]
    found = slope(series, "rss_mb")
    assert found is not None
    assert found.high < 1


def test_a_short_run_has_no_slope_and_no_growth() -> None:
    assert slope(samples(50.0)[:20], "rss_mb") is None
    assert is_flat([replace(FIRST, at_s=at_s, descriptors=at_s * 100) for at_s in range(10)], "descriptors", 5)


def test_descriptors_that_are_never_given_back_are_no_flat_series() -> None:
    leaking = [replace(one, descriptors=90 + number) for number, one in enumerate(samples(0.0))]
    noisy = [replace(one, descriptors=90 + number % 40) for number, one in enumerate(samples(0.0))]
    assert not is_flat(leaking, "descriptors", 8)
    assert is_flat(noisy, "descriptors", 8)


def test_parts_are_counted_where_the_store_keeps_them(tmp_path: Path) -> None:
    for name in ("all_1_1_0", "all_2_2_0"):
        part = tmp_path / "store" / "abc" / "abcdef" / name
        part.mkdir(parents=True)
        (part / "checksums.txt").touch()
    assert parts_of(tmp_path) == 2


def test_the_chart_names_every_figure() -> None:
    drawn = chart(samples(10.0), {"rss_mb": "red", "depth": "blue"})
    assert drawn.count("<polyline") == 2
    assert "rss_mb: 0 to 40" in drawn
