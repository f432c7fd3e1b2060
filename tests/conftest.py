"""Fixtures every room may use."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.clickhouse import ClickHouseTelemetryStore, open_embedded
from domain.ids import Tenant


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseTelemetryStore]:
    """The embedded telemetry store: one a session, as chDB holds one path a process. Give each test its own `tenant`."""
    opened = open_embedded(tmp_path_factory.mktemp("telemetry") / "chdb")
    yield opened
    opened.release()


@pytest.fixture
def tenant() -> Tenant:
    """A tenant nobody else writes to."""
    return Tenant(f"t{uuid4().hex[:12]}")
