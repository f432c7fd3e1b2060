"""Masked tokens."""

import pytest

from analytics.masks import MAX_TOKENS, Tokens, text_of


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("took 15 ms for user 7", "took <*> for user <*>"),
        ("from 10.0.0.1:8080 to /var/log/x.log", "from <*> to <*>"),
        ("id 7f3c0b1e-0000-4000-8000-000000000001 at 0xdeadBEEF", "id <*> at <*>"),
        ("addr fe80::1ff:fe23:4567:890a up", "addr <*> up"),
        ("mac 00:1b:44:11:3a:b7 seen", "mac <*> seen"),
        ("a=1, b=2.5, c=true", "a=<*>, b=<*>, c=<*>"),
        ("object 9f4ef63 gone", "object <*> gone"),
        ("lifetime <1 sec", "lifetime <*>"),
        ("lifetime 00:02", "lifetime <*>"),
        ("GET https://shop.example/x?y=1", "GET <*>"),
        ("class org.example.deep.Name loaded", "class <*> loaded"),
        ("added decade feed", "added decade feed"),
    ],
)
def test_generic_values_are_blanked_and_words_are_kept(line: str, masked: str) -> None:
    assert text_of(Tokens().of(line)) == masked


def test_neighbouring_values_become_one_blank() -> None:
    words = Tokens()
    assert words.of("nodes 1 2 3 down") == words.of("nodes 7 down")


def test_only_the_first_row_counts_and_tokens_are_bounded() -> None:
    words = Tokens()
    assert words.of("boom\n  at Foo.java") == words.of("boom")
    assert len(words.of("word " * 5_000)) == MAX_TOKENS


def test_a_template_text_has_the_tokens_it_was_made_of() -> None:
    words = Tokens()
    tokens = words.of("Failed password for root from 10.0.0.1 port 22 (uid=0): x[3]")
    assert words.of_template(text_of(tokens)) == tokens
