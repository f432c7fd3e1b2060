"""Stems and concepts."""

import pytest

from agents.vocabulary import concepts, knowledge, stem, tokens


@pytest.mark.parametrize(
    "forms",
    ["fail fails failed failing", "route routes", "query queries", "slow slowest", "busy busiest", "succeed succeeded", "change changed"],
)
def test_the_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1


def test_status_and_short_words_stay_as_they_are() -> None:
    assert [stem(word) for word in ("status", "ssh", "5xx", "p95")] == ["status", "ssh", "5xx", "p95"]


def test_a_phrase_is_one_concept() -> None:
    assert concepts(tokens("user agents")) == {"agent"}
    assert "login" in concepts(tokens("did they log in?"))
    assert "login" not in concepts(tokens("what did it log in the last hour"))


def test_content_words_are_weighed() -> None:
    strong, _, foreign = knowledge("Which requests timed out?")
    assert strong
    assert not foreign
    assert knowledge("a poem about love")[2] > knowledge("a poem about love")[0]
