"""What leaves cannot act, in any channel."""

import json
import re

import pytest

from grounding.sanitising import defanged, disarmed, escaped, guarded, inline, shared, spreadsheet, terminal

HOSTILE = (
    "see https://cdn.evil.example/p?d=1 now",
    "see HTTP://user:pw@evil.example:8080/x",
    "![x](https://evil.example/p.png)",
    "[runbook](//evil.example/r)",
    "<img src=x onerror=alert(1)><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "javascript:alert(1) data:text/html;base64,PHNjcmlwdD4=",
    "www.evil.example and evil.example/steal?x and evil.example",
    "http://203.0.113.9/x 203.0.113.9/x",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \x1b[2J \u009b31m",
    "a\u202eb\u200bc\ufeff\U000e0041\u2066d",
    "[x]: https://evil.example\n\n[x]",
    "<!channel> @everyone `rm -rf /`",
    "<iframe src=//evil.example></iframe><!--",
    "ftp://evil.example/x file:///etc/passwd",
)
LIVE = re.compile(r"https?://|ftp://|file://|javascript:|data:text|evil\.example|203\.0\.113\.9/|www\.|(?<![:\w\]])//evil", re.IGNORECASE)
MARKED = re.compile(r"!\[|\]\(|<[a-z/!]|`|@everyone", re.IGNORECASE)
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_of_foreign_text_is_inert(text: str) -> None:
    shown = inline(text)
    assert not LIVE.search(shown), shown
    assert not MARKED.search(shown), shown
    assert not UNSEEN.search(shown), ascii(shown)
    assert "\n" not in shown
    assert inline(shown) == shown


@pytest.mark.parametrize("text", HOSTILE)
def test_a_page_is_checked_once_more_as_a_whole(text: str) -> None:
    shown = guarded(f"# Title\n\n- {text}\n\n| a | {text} |")
    assert not LIVE.search(shown), shown
    assert not re.search(r"!\[|\]\((?!/api)|<[a-z/!]|\]:\s", shown, re.MULTILINE | re.IGNORECASE), shown
    assert not UNSEEN.search(shown), ascii(shown)
    assert shown.startswith("# Title\n\n- ")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_only_shows(text: str) -> None:
    shown = terminal(f"first\n  {text}")
    assert not LIVE.search(shown), shown
    assert not UNSEEN.search(shown), ascii(shown)
    assert shown.startswith("first\n  ")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_document_for_another_system_is_inert_but_for_its_evidence(text: str) -> None:
    given = {"headline": text, "claims": [{"text": text, "slots": {"service": text}}], "evidence": [{"rows": [text]}], "n": 3}
    sent = shared(given)
    assert not LIVE.search(sent["headline"])
    assert not LIVE.search(sent["claims"][0]["text"])
    assert (sent["claims"][0]["slots"], sent["evidence"], sent["n"]) == ({"service": text}, [{"rows": [text]}], 3)


@pytest.mark.parametrize(
    "text",
    [
        "checkout had 31 errors, 2026-03-01 10:00:00 UTC",
        "/api/cart/items/7?page=2 → 503",
        "java.net.ConnectException: 10.0.0.7:5432 refused",
        "app.py line 3, lib.so, main.rs, index.html",
        "ann@example.com failed 3 times",
        "a -> b, x >= 3 and y*2 | z_1",
        "payments.internal:8080 and 198.51.100.7",
        "Data: none; note about: nothing",
    ],
)
def test_names_of_operations_stay_as_they_are(text: str) -> None:
    assert inline(text) == text
    assert guarded(text) == text


def test_links_to_our_own_evidence_stay() -> None:
    assert guarded("[E1](/api/evidence/ev_1/E1)") == "[E1](/api/evidence/ev_1/E1)"
    assert guarded("[E1](/api/evidence/../../x?y)") == "[E1] (/api/evidence/../../x?y)"
    assert guarded("[E1](/api/runs)") == "[E1] (/api/runs)"


def test_a_host_is_broken_and_can_be_read() -> None:
    assert disarmed("https://a.evil.example/x.y") == "hxxps://a[.]evil[.]example/x.y"
    assert defanged("evil.example") == "evil[.]example"


def test_json_for_a_terminal_escapes_what_cannot_be_seen() -> None:
    text = json.dumps({"a": "정상 \u009b31m\u202e\U000e0041"}, ensure_ascii=False, indent=1)
    assert escaped(text) == '{\n "a": "정상 \\u009b31m\\u202e\\udb40\\udc41"\n}'
    assert json.loads(escaped(text)) == json.loads(text)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "@SUM(A1)", "-cmd|' /C calc'!A0", "\t=1"])
def test_a_cell_is_no_formula(cell: str) -> None:
    assert spreadsheet(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["- 1117 RAS", "-1", "plain", 7, "a=b", "--- x"])
def test_other_cells_stay(cell: object) -> None:
    assert spreadsheet(cell) == cell


@pytest.mark.parametrize("text", ["open%20https%3A//a.b-c.example/x", "see%20https://a.b-c.example/x", "https%3A%2F%2Fa.b-c.example%2Fx"])
def test_an_address_in_escapes_is_broken_too(text: str) -> None:
    assert "a[.]b-c[.]example" in inline(text)


def test_a_terminal_shows_the_bare_address_of_a_service_of_this_machine_whole_and_no_other() -> None:
    assert terminal("held, serving at http://127.0.0.1:8080); end it") == "held, serving at http://127.0.0.1:8080); end it"
    for link in (
        "http://127.0.0.1:8080/api/x",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1:80.evil.example",
    ):
        assert "http://" not in terminal(f"see {link} now")
