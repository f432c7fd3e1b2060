"""Agreement with one."""

import pytest

from grounding.numerus import agreed


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("There were 1 addresses that got in by guessing.", "There was 1 address that got in by guessing."),
        ("10.0.0.1 made 1 failed password attempts.", "10.0.0.1 made 1 failed password attempt."),
        ("1 requests were answered with status 500.", "1 request was answered with status 500."),
        ("1 requests failed in the hour from 2015-05-19 19:00:00 UTC.", "1 request failed in the hour from 2015-05-19 19:00:00 UTC."),
        ("/a failed 1 times.", "/a failed 1 time."),
        ("there are 1 stored records of cart", "there is 1 stored record of cart"),
        ("There were 11 errors.", "There were 11 errors."),
        ("There were 1.1 errors.", "There were 1.1 errors."),
        ("The error rate of cart-1 is 3 %.", "The error rate of cart-1 is 3 %."),
        ("cart “gave up after 1 tries” was logged 1 times.", "cart “gave up after 1 tries” was logged 1 time."),
    ],
)
def test_a_count_of_one_is_singular_outside_quotes(written: str, read: str) -> None:
    assert agreed(written) == read
