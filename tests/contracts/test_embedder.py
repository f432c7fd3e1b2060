"""What every embedder holds to."""

import math

import pytest

from adapters.embeddings import HashedEmbedder, open_embedder
from domain.ports import Embedder


@pytest.fixture(scope="module", params=["hashed", "best"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return HashedEmbedder() if request.param == "hashed" else open_embedder(None)


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_are_of_unit_length_and_the_told_size(embedder: Embedder) -> None:
    vectors = embedder.embed(["disk is full", "카트 실패", "", "x" * 5_000, "a\ud800b"])
    assert {len(vector) for vector in vectors} == {embedder.dimensions}
    assert all(math.isclose(math.hypot(*vector), 1, rel_tol=1e-4) for vector in vectors)


def test_the_order_of_the_texts_is_kept_across_batches(embedder: Embedder) -> None:
    texts = [f"request {number} " + "slow " * (number % 7) for number in range(70)]
    together = embedder.embed(texts)
    for index in (0, 6, 69):
        assert cosine(together[index], embedder.embed([texts[index]])[0]) > 0.999


def test_like_texts_are_nearer_than_unlike_ones(embedder: Embedder) -> None:
    full, fuller, jwt = embedder.embed(["disk /var is full", "disk /home is full", "JWT signature expired for client"])
    assert cosine(full, fuller) > cosine(full, jwt) + 0.2


def test_nothing_in_gives_nothing_out(embedder: Embedder) -> None:
    assert embedder.embed([]) == []


def test_an_embedder_has_a_name(embedder: Embedder) -> None:
    assert embedder.name
