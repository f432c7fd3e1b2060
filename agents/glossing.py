"""Korean texts as vectors of an English sentence model: embedded in their English words."""

from collections.abc import Sequence
from dataclasses import dataclass

from agents.korean import in_english, language_of
from domain.ports import Embedder

UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class GlossedEmbedder:
    """An embedder that reads Korean by its gloss, so that Korean and English messages lie in one space; English is embedded as it is."""

    inner: Embedder

    @property
    def name(self) -> str:
        """The inner name; Korean vectors of the inner model alone are others."""
        return f"{self.inner.name}+ko"

    @property
    def dimensions(self) -> int:
        """The inner model's."""
        return self.inner.dimensions

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order."""
        return self.inner.embed([_glossed(text) for text in texts])


def _glossed(text: str) -> str:
    """The words that could be read; a text of which none could stays as it is."""
    if language_of(text) == "en":
        return text
    words = [word for word in in_english(text).split() if word.strip(".,?") != UNREAD]
    return " ".join(words) or text
