from agents.efficiency import INQUIRY, EfficiencyDesk
from domain.calls import Filters
from domain.tasks import PlannedCall
from tools.registry import Registry

DESK = EfficiencyDesk()


def companions(question: str, *calls: PlannedCall) -> list[str]:
    return [call.tool for call in DESK.companions(question, calls)]


def test_repeated_queries_come_with_what_a_statement_costs() -> None:
    asked = PlannedCall("repeated_queries", Filters(service="cart"))
    assert DESK.companions("Is there an N+1 query?", (asked,)) == (PlannedCall("slow_queries", Filters(service="cart")),)


def test_who_asks_for_waste_of_any_kind_gets_the_usual_kinds() -> None:
    assert companions("Is anything wasteful?", PlannedCall("route_costs")) == [name for name in INQUIRY if name != "route_costs"]


def test_who_names_a_kind_gets_that_kind() -> None:
    assert companions("How much time is wasted on retries?", PlannedCall("retry_waste")) == []
    assert companions("Which log messages cost the most?", PlannedCall("log_costs")) == []


def test_all_that_the_desk_looks_at_by_itself_is_on_its_menu() -> None:
    templates = Registry.load().templates
    assert all("efficiency" in templates[call.tool].desks for call in DESK.inquiry())
