from dataclasses import replace

import pytest

from domain.calls import Filters, Refusal, Scope, ToolCall, ToolResult
from domain.errors import StoreError, StoreTimeoutError, WrongUseError
from domain.ids import RunId
from tests.tools import world
from tests.tools.stores import FailingStore
from tools.registry import Registry
from tools.toolbox import Toolbox

REGISTRY = Registry.load()
SCOPE = Scope(world.ALL, RunId("run_1"))


def toolbox(error: StoreError | None = None, lacking: frozenset[str] = frozenset()) -> Toolbox:
    return Toolbox(FailingStore(error or StoreError("the store is down"), lacking), REGISTRY)


def test_a_desk_sees_its_own_tools() -> None:
    box = toolbox()
    security = {spec.name for spec in box.menu("security")}
    assert {"ssh_logins_by_source", "scanning_clients"} <= security
    assert "call_graph" not in security
    assert {spec.name for spec in box.menu()} == set(REGISTRY.names())


def test_what_the_store_cannot_answer_is_marked_with_the_reason() -> None:
    menu = {spec.name: spec for spec in toolbox(lacking=frozenset({"duration_ms", "metrics"})).menu()}
    assert menu["status_codes"].available
    assert not menu["latency_by_route"].available
    assert menu["latency_by_route"].unavailable_because == "this store's logs have no duration_ms"
    assert menu["metric_summary"].unavailable_because == "this store has no metrics"


@pytest.mark.parametrize(
    ("call", "reason", "hint"),
    [
        (ToolCall("rm"), "there is no tool 'rm'", "status_codes"),
        (ToolCall("status_codes", Filters(user="ann")), "does not take 'user'", "it takes service, route, client"),
        (ToolCall("status_codes", Filters(limit=601)), "limit 601 is outside 1 to 600", "leave it out for 60 rows"),
        (ToolCall("status_codes", Filters(limit=-1)), "limit -1 is outside", "leave it out"),
        (ToolCall("what_changed"), "compares two windows and got one", "baseline"),
        (ToolCall("search_logs", Filters(severity="LOUD")), "'LOUD' is no severity", "WARN"),
        (ToolCall("search_logs", Filters(status="9xx")), "'9xx' is no status", "5xx"),
        (ToolCall("search_logs", Filters(status="4040")), "'4040' is no status", "404"),
        (ToolCall("search_logs", Filters(text="a" * 1_001)), "the filter 'text' is longer", "shorter"),
    ],
)
async def test_a_bad_request_is_refused_with_a_hint(call: ToolCall, reason: str, hint: str) -> None:
    box = toolbox()
    answer = await box.call(call, SCOPE)
    assert isinstance(answer, Refusal)
    assert reason in answer.reason
    assert hint in answer.hint
    assert isinstance(box.store, FailingStore)
    assert box.store.asked == []


async def test_an_unavailable_tool_is_refused() -> None:
    answer = await toolbox(lacking=frozenset({"response_bytes"})).call(ToolCall("bytes_out_by_route"), SCOPE)
    assert isinstance(answer, Refusal)
    assert answer.reason == "this store's logs have no response_bytes"


@pytest.mark.parametrize(
    ("error", "status"),
    [(StoreTimeoutError("no answer within 20 s"), "timeout"), (StoreError("disk on fire"), "error")],
)
async def test_a_store_that_fails_gives_evidence_of_it(error: StoreError, status: str) -> None:
    answer = await toolbox(error).call(ToolCall("status_codes", evidence_id="E4", step=2), SCOPE)
    assert isinstance(answer, ToolResult)
    assert (answer.evidence.id, answer.evidence.step, answer.evidence.uid) == ("E4", 2, "ev_1_E4")
    assert answer.evidence.status == status
    assert answer.evidence.message == str(error)
    assert answer.candidates == ()


async def test_values_are_bound_and_never_written_into_the_sql() -> None:
    box = toolbox()
    hostile = "'; DROP TABLE logs --"
    await box.call(ToolCall("search_logs", Filters(text=hostile, service=hostile)), SCOPE)
    assert isinstance(box.store, FailingStore)
    for query in box.store.asked:
        assert hostile not in query.sql
        assert query.params["text"] == hostile
        assert query.tenant == SCOPE.tenant
        assert set(query.windows) == {"logs"}


async def test_what_no_longer_fits_cannot_be_replayed() -> None:
    answer = await toolbox().call(ToolCall("status_codes"), SCOPE)
    assert isinstance(answer, ToolResult)
    document = replace(answer.evidence, template="gone").as_json()
    with pytest.raises(WrongUseError, match="cannot be replayed: there is no tool 'gone'"):
        await toolbox().replay(document)
