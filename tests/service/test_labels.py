"""The page says the same things in both languages."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "service" / "web"
HANGUL = re.compile(r"[가-힣]")


def keys(name: str) -> list[str]:
    """The keys of the object literals of a label file, in order, by their depth; strings and templates hold none."""
    text = re.sub(r"/\*.*?\*/|`(?:[^`\\]|\\.)*`", "``", (WEB / name).read_text(encoding="utf-8"), flags=re.DOTALL)
    found, depth = [], 0
    for part in re.finditer(r"(\"[^\"]*\"|[\w$-]+)\s*:|\"[^\"]*\"|[{}]", text):
        depth += {"{": 1, "}": -1}.get(part[0], 0)
        if part[1] and " ? " not in text[max(0, part.start() - 60) : part.start()].rpartition("\n")[2]:
            found.append(f"{depth}:{part[1]}")
    return found


@pytest.mark.parametrize("name", ["labels", "labels_of_views", "labels_of_replay", "labels_of_proof"])
def test_both_languages_have_the_same_labels(name: str) -> None:
    assert keys(f"{name}.js") == keys(f"{name}_ko.js")
    assert len(keys(f"{name}.js")) > 10


@pytest.mark.parametrize("name", ["labels", "labels_of_views", "labels_of_replay", "labels_of_proof"])
def test_no_korean_label_is_left_in_english(name: str) -> None:
    text = (WEB / f"{name}_ko.js").read_text(encoding="utf-8")
    said = re.findall(r"^\s*[\w\"-]+: \"([A-Za-z][^\"]*)\",$", text, re.MULTILINE)
    assert not [one for one in said if " " in one and not HANGUL.search(one)], said
