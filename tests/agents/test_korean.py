"""Korean questions are read as the English ones they mean, and answered around their claims in Korean."""

import re
from datetime import UTC, datetime

import pytest

from agents.korean import in_english, language_of
from agents.messages import messages, said, titled, translated
from agents.reading import read
from agents.windows import window_of

SERVICES = ("checkout", "cart", "payment-api")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
OLDEST, NEWEST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 10, 11, 59, tzinfo=UTC)
BLANK = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("checkout에서 오류가 몇 건 있었나요?", "ko"),
        ("SSH 로그인 실패", "ko"),
        ("How many errors did checkout have?", "en"),
        ("What does “오류” in the log of checkout mean?", "en"),
        ("???", "en"),
    ],
)
def test_the_language_is_that_of_most_letters_near_enough(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("question", "asks", "services"),
    [
        ("checkout에서 오류가 몇 건 있었나요?", {"count"}, ("checkout",)),
        ("payment-api의 p95 지연 시간이 가장 긴 경로는 무엇입니까?", {"ranking"}, ("payment-api",)),
        ("cart는 왜 느려졌습니까?", {"why"}, ("cart",)),
        ("새로 나타난 오류는 무엇입니까?", {"new"}, ()),
        ("문제가 언제 시작되었습니까?", {"when"}, ()),
        ("cart에 오류가 있었습니까?", {"absence"}, ("cart",)),
    ],
)
def test_a_question_asks_what_it_asks_of_the_service_it_names(question: str, asks: set[str], services: tuple[str, ...]) -> None:
    reading = read(question, SERVICES)
    assert asks <= reading.asks
    assert reading.services == services
    assert reading.about_operations


def test_what_is_not_about_operations_is_known() -> None:
    assert not read("양파 수프 레시피 추천해줘", SERVICES).about_operations


def test_a_service_that_is_not_stored_is_named() -> None:
    assert read("billing-core 서비스의 오류율은?", SERVICES).unknown_services == ("billing-core",)


@pytest.mark.parametrize(
    ("said_so", "start", "end"),
    [
        ("지난 1시간 동안 오류는?", "2026-03-10T11:00", "2026-03-10T12:00"),
        ("최근 30분의 오류는?", "2026-03-10T11:30", "2026-03-10T12:00"),
        ("어제 오류가 몇 건입니까?", "2026-03-09T00:00", "2026-03-10T00:00"),
        ("오늘 오전에 무슨 오류가 있었어?", "2026-03-10T00:00", "2026-03-10T12:00"),
        ("3월 3일 오후 3시 5분부터 오후 4시까지 오류는?", "2026-03-03T15:05", "2026-03-03T16:00"),
        ("2026-03-02부터 2026-03-03까지 실패한 경로는?", "2026-03-02T00:00", "2026-03-04T00:00"),
    ],
)
def test_times_mean_what_they_say(said_so: str, start: str, end: str) -> None:
    window = window_of(in_english(said_so), NOW, OLDEST, NEWEST)
    assert window is not None
    assert (window.start.isoformat()[:16], window.end.isoformat()[:16]) == (start, end)


def test_english_questions_stay_as_they_are() -> None:
    assert in_english("Which routes fail most?") == "Which routes fail most?"


def test_both_languages_have_the_same_blanks() -> None:
    for english, korean in messages("ko").items():
        assert set(BLANK.findall(english)) == set(BLANK.findall(korean)), english
        assert re.search("[가-힣]", korean) or not re.search("[a-z]{3}", BLANK.sub("", english)), english


def test_ready_messages_are_told_with_what_stood_in_them() -> None:
    note = "'foo' is no stored service, route or address: nothing was filtered by it, the numbers are about everything in scope."
    assert translated(note, "ko").startswith("'foo'는 저장된 서비스")
    assert translated("Error rate by service: no data of this kind in scope", "ko").startswith("서비스별 오류율: 범위 안에")
    assert translated("something nobody translated", "ko") == "something nobody translated"
    assert translated(note, "en") == note


def test_messages_choose_their_particles_and_names_are_never_translated() -> None:
    assert said("the rest: {limit} was used up", "ko", limit="예산") == "나머지: 예산을 다 썼습니다"
    assert said("{service} is {state}.", "ko", service="down", state="정상") == "down 상태: 정상."
    assert titled("brute force by 10.0.0.1 got in", "ko") == "10.0.0.1의 무차별 대입, 침입 성공"
    assert titled("cart: cpu saturation", "ko") == "cart: CPU 포화"
