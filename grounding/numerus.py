"""Agreement with one: "There was 1 address", not "There were 1 addresses"."""

import re

_ONE = re.compile(r"(?<![\w.,:/\-])1 (?=[a-z])")
_WORD = re.compile(r"[A-Za-z\-]+")
# What may follow the noun that is counted: the first of these ends it, unless it stands right behind the number.
_ENDS = re.compile(
    r"that|which|with|without|in|of|from|by|after|before|over|for|per|as|at|to|on|than|more|and|within|between"
    r"|failed|came|were|was|are|is|have|had|seen|tried|logged|sent|let|refused"
)
_QUOTED = re.compile("(“[^”]*”)")
_VERBS = {"were": "was", "are": "is", "have": "has"}
_SAME = frozenset({"series", "species", "time-series", "status", "ms"})
_ENDINGS = (("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ies", "y"))


def singular(noun: str) -> str:
    """An English noun in the singular; a word that is no regular plural stays."""
    if noun in _SAME:
        return noun
    for ending, instead in _ENDINGS:
        if noun.endswith(ending):
            return noun.removesuffix(ending) + instead
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def agreed(text: str) -> str:
    """A sentence whose nouns and verbs agree with a count of one; what is quoted stays as it is."""
    return "".join(part if part.startswith("“") else _agreed(part) for part in _QUOTED.split(text))


def _agreed(text: str) -> str:
    at = 0
    while found := _ONE.search(text, at):
        text = _with_one(text[: found.start()], text[found.end() :])
        at = found.end()
    return text


def _with_one(before: str, after: str) -> str:
    noun = _counted(after)
    head = re.sub(r"\b([Tt])here (were|are) $", lambda it: f"{it[1]}here {_VERBS[it[2]]} ", before)
    if noun is None:
        return f"{head}1 {after}"
    rest = re.sub(r"^ (were|are|have)\b", lambda it: f" {_VERBS[it[1]]}", after[noun.end() :])
    return f"{head}1 {after[: noun.start()]}{singular(noun[0])}{rest}"


def _counted(after: str) -> re.Match[str] | None:
    """The noun counted: the last word before one that ends the phrase."""
    noun, end = None, 0
    for word in _WORD.finditer(after):
        is_next = after[end : word.start()] in ("", " ")
        if not is_next or (noun is not None and _ENDS.fullmatch(word[0])):
            break
        noun, end = word, word.end()
    return noun
