"""Word lists written as lines of words."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())
