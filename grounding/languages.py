"""The languages sentences are written in."""

from grounding.korean.phrases import korean
from grounding.phrases import ENGLISH, Phrases


def phrases_of(language: str) -> Phrases:
    """The phrases of `en` or `ko`; of any other language the English ones."""
    return korean() if language == "ko" else ENGLISH
