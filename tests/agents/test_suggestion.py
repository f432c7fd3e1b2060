"""Tools are ranked from what they say of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.reading import read
from agents.suggestion import desks_of, filters_for, suggest
from domain.calls import ToolSpec
from tests.agents.questions import NONSENSE, QUESTIONS, REPHRASED
from tests.agents.waste_questions import STUFFED, UNSEEN, WASTEFUL
from tools.registry import Registry

SERVICES = ("checkout", "payment", "frontend", "cartservice")
MENU = (
    ToolSpec(
        name="mail_by_sender",
        question="Who sent the most mail?",
        takes=("user", "limit"),
        desks=("security",),
        keywords=("mail", "sender", "spam"),
        examples=("Which accounts send spam?", "How many mails did each user send?"),
    ),
    ToolSpec(
        name="disk_usage",
        question="How full is each disk?",
        takes=("service", "limit"),
        desks=("sre",),
        keywords=("disk", "space", "full", "storage"),
        examples=("Which disk is nearly full?", "How much storage is left?"),
    ),
    ToolSpec(
        name="disk_change",
        question="Which disks filled up since before?",
        takes=("service", "limit"),
        desks=("sre",),
        keywords=("disk", "grown", "changed"),
        examples=("Which disk grew most?",),
        needs_baseline=True,
    ),
)


@dataclass
class SameEmbedder:
    """Finds any text that mentions sleep near the disks; counts what it was asked."""

    name: str = "same"
    dimensions: int = 2
    asked: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked.extend(texts)
        return [[1.0, 0.0] if "disk" in text.lower() or "platter" in text.lower() else [0.0, 1.0] for text in texts]


def shipped() -> tuple[ToolSpec, ...]:
    return tuple(template.spec() for template in Registry.load().templates.values())


def first_right(questions: Sequence[tuple[str, str]], menu: tuple[ToolSpec, ...]) -> float:
    firsts = [(suggest(read(question, SERVICES), menu), accepted.split()) for question, accepted in questions]
    return sum(bool(calls) and calls[0].call.tool in accepted for calls, accepted in firsts) / len(questions)


def any_right(questions: Sequence[tuple[str, str]], menu: tuple[ToolSpec, ...]) -> float:
    found = [
        ({scored.call.tool for scored in suggest(read(question, SERVICES), menu)}, set(accepted.split()))
        for question, accepted in questions
    ]
    return sum(bool(tools & accepted) for tools, accepted in found) / len(questions)


def test_the_first_suggestion_for_varied_questions_is_right() -> None:
    assert len(QUESTIONS) >= 60
    assert first_right(QUESTIONS, shipped()) >= 0.95


def test_a_right_tool_is_among_the_suggestions() -> None:
    assert any_right(QUESTIONS, shipped()) >= 0.97
    assert any_right(REPHRASED, shipped()) >= 0.9
    assert first_right(REPHRASED, shipped()) >= 0.85


def test_questions_of_waste_and_of_stuffed_log_ins_find_their_tool() -> None:
    assert len(WASTEFUL) >= 40
    assert len(STUFFED) >= 10
    assert first_right(WASTEFUL, shipped()) >= 0.93
    assert first_right(STUFFED, shipped()) >= 0.9
    assert first_right(UNSEEN, shipped()) >= 0.9
    assert any_right((*WASTEFUL, *STUFFED), shipped()) >= 0.97


def test_a_question_of_waste_and_attack_is_one_for_two_desks() -> None:
    for question in ("Is anything wasteful or under attack?", "Are we wasting money, and is anyone attacking us?"):
        calls = suggest(read(question, SERVICES), shipped())
        assert set(desks_of(calls, ("sre", "security", "efficiency"))) == {"efficiency", "security"}, question


def test_nonsense_gets_no_suggestion() -> None:
    menu = shipped()
    assert {question: calls for question in NONSENSE if (calls := suggest(read(question), menu))} == {}


def test_an_unknown_menu_is_ranked_by_its_own_words() -> None:
    assert suggest(read("Who sends all that spam?"), MENU)[0].call.tool == "mail_by_sender"
    assert suggest(read("Is any disk full?"), MENU)[0].call.tool == "disk_usage"


def test_a_comparing_tool_is_for_questions_of_change() -> None:
    assert suggest(read("Which disk changed most?"), MENU)[0].call.tool == "disk_change"


def test_an_unavailable_tool_is_never_suggested() -> None:
    gone = ToolSpec("disk_usage", "How full is each disk?", (), ("sre",), ("disk",), available=False)
    assert suggest(read("Is any disk full?"), (gone,)) == ()


def test_both_halves_of_a_question_get_their_tool() -> None:
    tools = {scored.call.tool for scored in suggest(read("top failing routes and the busiest hour"), shipped())}
    assert {"failing_routes", "requests_by_hour"} <= tools


def test_a_tool_gets_only_the_filters_it_takes() -> None:
    call = suggest(read("How many mails did user deploy send from 10.0.0.1, top 5?"), MENU)[0].call
    assert call.filters.given() == {"user": "deploy", "limit": 5}


def test_two_services_side_by_side_give_two_calls() -> None:
    reading = read("How full are the disks of checkout and payment?", SERVICES)
    assert [given.service for given in filters_for(reading, MENU[1])] == ["checkout", "payment"]


def test_the_embedder_is_asked_only_where_words_do_not_decide() -> None:
    embedder = SameEmbedder()
    suggest(read("Which disk is nearly full?"), MENU, embedder)
    assert embedder.asked == []
    calls = suggest(read("Is a platter of the server crammed?"), MENU, embedder)
    assert calls
    assert calls[0].call.tool.startswith("disk")
    before = len(embedder.asked)
    suggest(read("Any platter of the host stuffed to the brim?"), MENU, embedder)
    assert len(embedder.asked) == before + 1


def test_desks_follow_the_tools_and_a_desk_that_is_not_offered_is_not_named() -> None:
    calls = suggest(read("Who sends spam and is any disk full?"), MENU)
    assert set(desks_of(calls, ("sre", "security"), least=0.0)) == {"sre", "security"}
    assert desks_of(calls, ("efficiency",)) == ()
