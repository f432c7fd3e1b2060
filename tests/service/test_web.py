"""The page stays inside its content security policy, small, and true to its own labels."""

import re
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "service" / "web"
SCRIPTS = sorted(WEB.glob("*.js"))
LONGEST_FILE = 300


def _ids(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.mark.parametrize("script", SCRIPTS, ids=_ids(SCRIPTS))
def test_no_script_turns_data_into_markup_or_code(script: Path) -> None:
    text = script.read_text()
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|DOMParser", text)


@pytest.mark.parametrize("path", sorted(WEB.iterdir()), ids=lambda path: path.name)
def test_every_file_is_small_and_fetches_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    namespaces = {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= namespaces
    assert not re.search(r"url\(|@import|@font-face", text)


def test_the_page_has_no_inline_script_or_style() -> None:
    html = (WEB / "index.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html)
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="web/app.js">']


def test_every_file_the_page_names_exists() -> None:
    html = (WEB / "index.html").read_text()
    named = re.findall(r'(?:href|src)="web/([^"]+)"', html)
    imported = [name for script in SCRIPTS for name in re.findall(r'from "\./([^"]+)"', script.read_text())]
    assert {"app.js", "style.css"} <= set(named)
    assert all((WEB / name).is_file() for name in [*named, *imported])


def test_every_element_a_script_looks_up_is_on_the_page() -> None:
    html = (WEB / "index.html").read_text()
    wanted = {name for script in SCRIPTS for name in re.findall(r'byId\("([^"]+)"\)', script.read_text())}
    assert wanted
    assert wanted <= set(re.findall(r'id="([^"]+)"', html))


def test_every_verdict_and_severity_of_the_domain_has_a_label() -> None:
    labels = (WEB / "labels.js").read_text()
    verdicts = labels[labels.index("verdicts: {") :]
    for verdict in ("supported", "consistent", "text-supported", "unverified", "contradicted", "out-of-scope"):
        assert re.search(rf'^\s+"?{verdict}"?: {{ mark:', verdicts, re.MULTILINE)
    assert all(f'{severity}: "' in labels for severity in ("none", "low", "medium", "high", "critical"))
