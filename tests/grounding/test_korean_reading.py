"""Korean sentences are checked as English ones are: mutants of renderings are caught, true ones pass."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from domain.claims import Claim
from grounding.coverage import coverage
from grounding.headline import unsupported_tokens
from grounding.korean.gloss import gloss
from grounding.mutations.catalogue import mutants, variants
from grounding.rendering import lint, render
from grounding.verifier import verify
from tests.grounding.worlds import world

WORLDS = 3
SHARE = 0.15  # of all mutants: the whole set is measured by the eval


def readings(seed: int) -> Iterator[tuple[str, str, str]]:
    """What is said of a changed claim in Korean, and the verdicts on it in English and in Korean, over the true slots and alone."""
    made, random = world(seed), Random(seed)
    window = made.evidence["E1"].window
    for claim in made.claims:
        for mutant in (one for one in mutants(claim, made.evidence, random) if one.evidence is None and random.random() < SHARE):
            english, said = (render(mutant.claim, made.evidence, language, window) for language in ("en", "ko"))
            for form in (claim, Claim("C1", "text")):
                verdicts = [verify([replace(form, text=text)], made.evidence)[0].verdict for text in (english, said)]
                yield said, verdicts[0], verdicts[1]


def test_a_wrong_sentence_that_is_caught_in_english_is_caught_in_korean() -> None:
    caught, missed, stood = 0, [], Counter[str]()
    for seed in range(WORLDS):
        for said, english, verdict in readings(seed):
            stood[verdict] += 1
            if english != "supported":
                caught += 1
                missed += [said] if verdict == "supported" else []
    assert caught >= 150
    assert len(missed) <= 0.005 * caught, missed[:10]
    assert stood["contradicted"] > stood["supported"]


def test_true_korean_sentences_pass_their_lint_and_the_verifier() -> None:
    passed = 0
    for seed in range(2):
        made, random = world(seed), Random(seed)
        for claim in (one for true in made.claims for one in (true, *(it.claim for it in variants(true, made.evidence, random)))):
            english, text = (render(claim, made.evidence, language, made.evidence["E1"].window) for language in ("en", "ko"))
            if verify([replace(claim, text=english)], made.evidence)[0].verdict == "supported":
                passed += 1
                judged = verify([replace(claim, text=text)], made.evidence)[0]
                assert (judged.verdict, lint(text, claim, made.evidence)) == ("supported", ()), (text, judged.reason)
    assert passed >= 200


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("checkout에서 오류가 1만 2,345건 발생했습니다", "checkout errors 12345 occurred"),
        ("매출 서비스가 아니라 checkout은 3.5억 바이트를 보냈다", "350000000 B"),
        ("checkout의 오류율은 3.5%포인트 상승했습니다", "3.5 pp increased"),
        ("checkout의 p95 지연 시간은 약 90ms 이상입니다", "at least 90ms"),
        ("오류가 10월 3일 오후 3시 5분에 시작되었습니다", "Oct 3 15:05"),
        ("2026년 3월 1일 09시 30분 20초에", "2026-03-01 09:30:20"),
        ("checkout의 오류가 cart보다 12건 더 많았다", "checkout errors 12 more than cart"),
        ("checkout의 요청은 cart의 두 배입니다", "checkout requests 2 times as many as cart"),
        ("오류가 가장 많은 서비스는 cart입니다", "errors most service cart"),
        ("cart는 배포 v2 이후 느려졌습니다", "cart after deployments v2 slower"),
        ("cart 때문에 checkout이 실패했습니다", "cart because checkout"),
        ("checkout에는 오류가 0건입니다", "0"),
        ("cart에는 오류가 전혀 없었습니다", "never no"),
        ("checkout만 실패했습니다", "checkout only failed"),
        ("오류는 5~7건입니다", "between 5 and 7"),
        ("초당 5건의 요청", "5 per second"),
    ],
)
def test_korean_is_said_in_the_words_of_the_reader(korean: str, english: str) -> None:
    assert english in gloss(korean).text


def test_a_word_that_is_not_known_is_named_and_lets_nothing_stand() -> None:
    made = world(2)
    claim = next(one for one in made.claims if one.kind == "quantity")
    text = render(claim, made.evidence, "ko").rstrip(".") + ", 뒤죽박죽입니다."
    assert gloss(text).unread
    judged = verify([replace(claim, text=text)], made.evidence)[0]
    assert judged.verdict == "unverified"
    assert judged.claim.text == text


def test_korean_names_and_quotations_stay_as_they_are() -> None:
    assert gloss("결제는 오류 5건을 기록했습니다", ["결제"]).text.startswith("결제")
    assert "“없음 3건”" in gloss("메시지: “없음 3건”").text
    assert gloss("checkout had 5 errors").text == "checkout had 5 errors"


def test_a_korean_headline_may_only_say_what_claims_carry() -> None:
    made = world(3)
    claim = next(one for one in made.claims if one.kind == "quantity" and one.slots["op"] == "=")
    text = render(claim, made.evidence, "ko", made.evidence["E1"].window)
    assert unsupported_tokens(text, [claim], made.evidence) == ()
    assert unsupported_tokens(text.rstrip(".") + ", 오류는 987654건입니다.", [claim], made.evidence)


def test_tokens_of_a_korean_sentence_are_counted() -> None:
    made = world(3)
    claim = replace(made.claims[0], text=render(made.claims[0], made.evidence, "ko"))
    found = coverage(verify([claim], made.evidence), made.evidence)
    assert found.share == 1
    assert found.total >= 1


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("cart (p95_ms)가 checkout (errors)의 원인으로 보입니다.", "cart (p95_ms) likely caused the trouble of checkout (errors)"),
        ("cart가 checkout의 원인일 수 있습니다.", "cart possibly caused"),
        ("cart가 checkout의 원인입니다.", "cart caused"),
    ],
)
def test_a_cause_keeps_its_hedge_and_its_direction(korean: str, english: str) -> None:
    assert gloss(korean).text.startswith(english)
    assert gloss(korean).unread == ()
