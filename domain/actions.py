"""Actions of operations: what may be recommended, as texts of a catalogue for a person to carry out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Risk = Literal["low", "medium", "high"]
TargetKind = Literal["service", "component", "client", "account", "route", "query", "host", "team", "log"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: `titles` and `texts` by language with `{target}`, and what kinds of cause, change or finding it answers."""

    name: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    targets: frozenset[TargetKind]
    answers: tuple[str, ...]
    reversible: bool
    risk: Risk = "low"
    aliases: tuple[str, ...] = ()

    def text(self, target: str, language: str = "en") -> str:
        """The advice about one target, as a sentence of that language (English where it has none)."""
        return self.texts.get(language, self.texts["en"]).replace("{target}", target)
