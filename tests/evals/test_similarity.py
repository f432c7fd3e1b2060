"""The measure of Korean similarity tells a good embedder from a blind one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from agents.glossing import GlossedEmbedder
from evals.similarity.command import page, run
from evals.similarity.measures import measured, messages

AT = datetime(2026, 3, 1, tzinfo=UTC)
GROUPS = {
    "disk": ["디스크 가득", "디스크 꽉 참", "disk 부족"],
    "login": ["로그인 실패", "로그인 오류", "login 안 됨"],
    "queue": ["큐 지연", "큐 밀림", "큐 적체"],
}


class TopicEmbedder:
    """Knows what each text is about."""

    name, dimensions = "topic", 3

    def __init__(self, groups: dict[str, list[str]]) -> None:
        self._topic = {text: place for place, texts in enumerate(groups.values()) for text in texts}

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[float(self._topic[text] == place) for place in range(self.dimensions)] for text in texts]


class BlindEmbedder:
    """Finds everything alike."""

    name, dimensions = "blind", 2

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]


class EchoEmbedder(BlindEmbedder):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.seen += texts
        return super().embed(texts)


def test_who_knows_the_topic_is_perfect_and_who_is_blind_is_not() -> None:
    knows, blind = measured(TopicEmbedder(GROUPS), GROUPS), measured(BlindEmbedder(), GROUPS)
    assert (knows["auc"]["value"], knows["top1"]["value"], knows["wrongly_found"]["value"]) == (1.0, 1.0, 0.0)
    assert blind["auc"]["value"] == 0.5
    assert blind["wrongly_found"]["value"] == 1.0


def test_the_messages_are_incidents_told_by_three() -> None:
    told = messages()
    assert len(told) >= 20
    assert {len(texts) for texts in told.values()} == {3}


def test_korean_is_embedded_in_english_words_and_english_as_it_is() -> None:
    inner = EchoEmbedder()
    GlossedEmbedder(inner).embed(["결제 시간 초과 오류", "disk is full"])
    assert inner.seen[1] == "disk is full"
    assert {"payment", "timeout"} <= set(inner.seen[0].split())


def test_the_page_names_every_embedder_with_its_interval(tmp_path: Path) -> None:
    report = run((("blind", BlindEmbedder()),), tmp_path, AT)
    assert "| blind | " in page(report)
    assert (tmp_path / "similarity-ko.md").read_text(encoding="utf-8") == page(report)
