"""What a reply holds: one JSON value, or sentences; mended only where there is one way to."""

import json
import time

import pytest

from adapters.replies import LONGEST_REPLY, MOST_SENTENCES, ReplyError, sentences_in, value_in

GOOD = '{"claims": ["E1.1", "E1.2"]}'
VALUE = {"claims": ["E1.1", "E1.2"]}


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"Sure!\n```json\n{GOOD}\n```\nAnything else?",
        '{"claims": ["E1.1", "E1.2",],}',
        '{"claims": ["E1.1" , "E1.2" ,\n ] ,\n}',
        f"\ufeff{GOOD}\x00",
        "\x00".join(GOOD),
        f"<think>maybe {{ this }} or that</think>{GOOD}",
        f"The first thought.</think>{GOOD}",
        f"{GOOD}\n\nTo repeat: {GOOD}",
        '{"claims": ["E1.1", "E1.2"], "claims": ["E1.1", "E1.2"]}',
    ],
)
def test_the_one_object_is_found(reply: str) -> None:
    assert value_in(reply) == VALUE


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("", "empty"),
        (" \n\x00", "empty"),
        ("I cannot help with that.", "refused"),
        ("E1.1 and E1.2", "no JSON object"),
        ('{"claims": ["E1.1"', "cut off"),
        (f'{GOOD} or {{"claims": []}}', "2 different"),
        ('{"claims": ["E1.1"], "claims": []}', "twice"),
        ('{"claims": NaN}', "NaN"),
        ("{'claims': ['E1.1']}", "no JSON"),
        ('{"a": ' * 40 + "1" + "}" * 40, "deep"),
        ("[" * 100_000, "deep"),
        (f"<think>{GOOD}", "empty"),
        ('{"claims": ' + "9" * 9_000 + "}", "no JSON"),
    ],
)
def test_what_is_not_one_object_says_why(reply: str, told: str) -> None:
    with pytest.raises(ReplyError, match=told):
        value_in(reply)


def test_a_comma_in_a_text_stays() -> None:
    assert value_in('{"headline": "a,] b,} \\" c,", }') == {"headline": 'a,] b,} " c,'}


def test_unseen_characters_leave_no_trace_in_values() -> None:
    found = value_in('{"head\\u0000line": "a\\ud800b\\u202ec\\u0007"}')
    assert found == {"headline": "abc"}
    json.dumps(found).encode()


def test_a_reply_as_long_as_it_likes_takes_linear_time() -> None:
    begin = time.process_time()
    for hostile in ("<think>" * 50_000, "{" * 400_000, '{"a":"' * 60_000, "a. " * 300_000, ",\n" * 300_000, "[{]}" * 100_000):
        with pytest.raises(ReplyError):
            value_in(hostile)
        assert len(sentences_in(hostile)) <= LONGEST_REPLY
    assert time.process_time() - begin < 5


def test_prose_lists_and_tables_are_sentences() -> None:
    reply = "## Findings\n- **checkout** had 42 errors. It is bad!\n1. cart had 7 errors\n| service | errors |\n|---|---:|\n| cart | 7 |\n"
    assert sentences_in(reply) == ("checkout had 42 errors.", "It is bad!", "cart had 7 errors", "service errors", "cart 7")
    assert sentences_in("I'm sorry, I cannot. cart had 7 errors.") == ()
    assert sentences_in('{"claims": ["E1') == ()
    assert all(len(one) <= 300 for one in sentences_in("long " * 900))
    assert len(sentences_in("\n".join(f"cart had {n} errors" for n in range(40)))) > MOST_SENTENCES
