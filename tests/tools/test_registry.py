import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.errors import TemplateError, WrongUseError
from domain.telemetry import SEVERITY_NUMBERS
from tools.registry import METRICS, Registry
from tools.template import MetricTemplate

REGISTRY = Registry.load()
DOCS = Path(__file__).parents[2] / "docs" / "tools.md"
GOOD = (METRICS / "status_codes.yaml").read_text(encoding="utf-8")


def document(**changes: Any) -> dict[str, Any]:
    return {**yaml.safe_load(GOOD), **changes}


def written(folder: Path, content: Any, name: str = "status_codes") -> Path:
    (folder / f"{name}.yaml").write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return folder


def test_every_file_is_a_template_of_its_own_name() -> None:
    assert REGISTRY.names() == tuple(sorted(file.stem for file in METRICS.glob("*.yaml")))
    assert len(REGISTRY.names()) >= 30


@pytest.mark.parametrize("name", REGISTRY.names())
def test_a_template_tells_the_house_enough_to_be_ranked(name: str) -> None:
    template = REGISTRY.templates[name]
    assert len(set(template.examples)) >= 5
    assert len(template.keywords) >= 5
    assert template.question.endswith("?")
    assert template.desks


@pytest.mark.parametrize("name", REGISTRY.names())
def test_the_words_of_a_template_are_for_readers(name: str) -> None:
    for column in REGISTRY.templates[name].columns:
        assert column.label
        assert "_" not in column.label, column.name
        assert not column.phrase or "{value}" in column.phrase, column.name
        assert column.phrase[:1] in {"", "{"} or column.phrase[0].islower(), column.name


def test_every_template_is_in_the_docs() -> None:
    section = DOCS.read_text(encoding="utf-8").split("## The templates")[1].split("\n## ")[0]
    told = set(re.findall(r"^\| `(\w+)` ", section, re.MULTILINE))
    assert told == set(REGISTRY.names())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"takes": ["service", "route", "client", "user", "limit"]}, "takes 'user' but the SQL never uses it"),
        ({"takes": ["service", "route", "limit"]}, "uses {client} which is neither taken"),
        ({"order_by": "requests DESC"}, "leaves out the key 'status_code'"),
        ({"order_by": "requests DESC, status_code ASC, size ASC"}, "names 'size' which is no column"),
        ({"limit": 900}, "limit 900 is above row_cap 600"),
        ({"needs": {"spans": ["service"]}}, "reads 'logs' which `needs` does not list"),
        ({"claims": [{"kind": "rows", "columns": ["size"]}]}, "names 'size' which is no column"),
        ({"claims": [{"kind": "extreme", "columns": ["status_code"], "by": "requests"}]}, "lacks 'quantifier'"),
        ({"claims": [{"kind": "total", "aggregates": ["visits"]}]}, "'visits' which is no aggregate"),
        ({"sql": GOOD.split("sql: |")[1].split("order_by")[0].replace("sum(toUInt64(weight))", "count()")}, "calls count()"),
        ({"sql": GOOD.split("sql: |")[1].split("order_by")[0].replace("uniqExact(route)", "uniq(route)")}, "calls uniq()"),
        ({"examples": ["Which?"]}, "examples"),
    ],
)
def test_a_wrong_template_is_refused_by_name_and_fault(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Registry.load(written(tmp_path, document(**changes)))
    assert "status_codes.yaml" in str(caught.value)
    assert complaint in str(caught.value)


def test_a_file_must_be_named_like_its_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="name the file and the template alike"):
        Registry.load(written(tmp_path, GOOD, name="codes"))


def test_what_is_not_yaml_is_told(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="is not YAML"):
        Registry.load(written(tmp_path, "name: [unclosed"))


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no metric template"):
        Registry.load(tmp_path)


def test_the_source_of_a_template_is_its_file() -> None:
    assert REGISTRY.source("status_codes") == GOOD
    with pytest.raises(WrongUseError, match="no metric template is called 'nope'"):
        REGISTRY.source("nope")


def test_pieces_used_twice_are_filled_in() -> None:
    template = REGISTRY.templates["search_logs"]
    assert "$matches" not in template.sql
    assert all("positionCaseInsensitiveUTF8" in total.sql for total in template.aggregates)


def test_regular_expressions_are_bound_as_one_alternation() -> None:
    template: MetricTemplate = REGISTRY.templates["scanning_clients"]
    for name, value in template.bound_constants().items():
        assert isinstance(value, str), name
        re.compile(value)
        assert not re.search(r"\(\?[=!<]|\\[1-9]", value), f"{name} needs backtracking, which RE2 has not"


def test_severities_are_named_as_records_name_them() -> None:
    named = {
        word for template in REGISTRY.templates.values() for word in re.findall(r"'(TRACE|DEBUG|INFO|WARN\w*|ERROR|FATAL)'", template.sql)
    }
    assert named <= set(SEVERITY_NUMBERS)
