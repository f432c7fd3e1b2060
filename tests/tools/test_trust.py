"""Every column says whose words it holds."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from domain.evidence import Column
from graph import happened
from tools import similar, suspects
from tools.registry import Registry
from tools.template import WORDED, ColumnSpec

TEMPLATES = Registry.load().templates
COMPOSITES = {"suspects": suspects.COLUMNS, "similar_incidents": similar.COLUMNS, "incidents_of_period": happened.COLUMNS}
# Text that no stranger wrote: chosen from a closed list, or made by us. A new name here is a decision.
OURS = {
    "change_events.kind",
    "data_overview.signal",
    "incidents_of_period.incident_id",
    "incidents_of_period.severity",
    "incidents_of_period.status",
    "log_costs.severity",
    "log_patterns.severity",
    "log_patterns.template_id",
    "log_volume.level",
    "new_errors.severity",
    "new_errors.template_id",
    "new_templates.severity",
    "new_templates.template_id",
    "quote.severity",
    "search_logs.severity",
    "severity_counts.level",
    "similar_incidents.incident_id",
    "similar_incidents.issue_id",
    "similar_incidents.root_cause",
    "similar_incidents.run_id",
    "similar_incidents.status",
    "status_codes.status_code",
    "suspects.change_kind",
    "suspects.path_baseline_failed_pct",
    "suspects.path_baseline_mean_ms",
    "suspects.path_calls",
    "suspects.path_failed_pct",
    "suspects.path_mean_ms",
    "suspects.path_onset_at",
    "suspects.reason",
    "suspects.rival_at",
    "suspects.rival_kind",
    "suspects.unit",
    "top_errors.template_id",
    "what_changed.change",
    "what_changed.severity",
    "what_changed.template_id",
}


def columns() -> Iterator[tuple[str, Column]]:
    for name, template in TEMPLATES.items():
        yield from ((f"{name}.{spec.name}", spec.column()) for spec in template.columns)
    for name, given in COMPOSITES.items():
        yield from ((f"{name}.{column.name}", column) for column in given)


def test_only_these_columns_of_text_are_trusted() -> None:
    assert {name for name, column in columns() if column.type in WORDED and column.trust != "external"} == OURS


def test_numbers_and_times_are_made_by_us() -> None:
    counted = {name for name, column in columns() if column.type not in WORDED}
    assert {name for name, column in columns() if name in counted and column.trust != "platform"} == set()


@pytest.mark.parametrize("kind", sorted(WORDED))
def test_a_column_of_text_without_a_trust_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError, match="'motto' holds text: say its trust"):
        ColumnSpec(name="motto", type=kind, label="motto")
