"""Which tools answer a question: ranked from what each tool says of itself, without a model."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from agents.mentions import QUOTED
from agents.reading import ASKS, Ask, Reading
from agents.vocabulary import is_synonym, tokens
from domain.calls import Filters, ToolSpec
from domain.findings import DeskName
from domain.ports import Embedder
from domain.tasks import PlannedCall

Weights = Mapping[str, float]
KEYWORD, QUESTION, EXAMPLE, NAME = 1.0, 0.9, 0.8, 0.6
ONCE, OFTEN = 0.3, 4  # a word said once of a tool weighs 0.3 less than one said four times
STEM_WEIGHT = 0.5
ASK_WEIGHT = 0.6
FLOOR = 0.2
KEEP = 0.66
PART_FLOOR = 0.42
SURE = 0.4
SIMILAR = 0.45
MAX_CALLS = 4
MAX_VALUES = 3
TELLING_ASKS: tuple[Ask, ...] = ("count", "lowest", "change", "new", "when", "trend", "why", "quote")
HEAD_WEIGHT = 1.7
FOREIGN_FLOOR = 0.62
FAMILIAR = 0.67
PART_DISCOUNT = 0.9
TELLING_PART = 2
RARE = 1.8
ABOUT = 0.75  # the weight from which on a tool is about a word, not only asked with it
CHANGE_FIT = 0.07
MISSED = 0.1
DIMENSION: Mapping[str, str] = {"user": "account", "text": "search"}
MANY = ("service", "route", "client", "user", "status")


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """A call with how well it fits the question (0 to about 1), and the desks that may make it."""

    call: PlannedCall
    score: float
    desks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Card:
    spec: ToolSpec
    weights: Weights
    sentences: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, spec: ToolSpec) -> Self:
        fields = (
            (KEYWORD, spec.keywords),
            (QUESTION, (spec.question,)),
            (EXAMPLE, spec.examples),
            (NAME, (spec.name.replace("_", " "),)),
        )
        weights: dict[str, float] = {}
        counts: Counter[str] = Counter()
        for weight, texts in fields:
            for found in (set(_terms(text)) for text in texts):
                counts.update(found)
                weights.update({token: max(weight, weights.get(token, 0.0)) for token in found})
        weights = {token: weight * (1 - ONCE + ONCE * min(1.0, counts[token] / OFTEN)) for token, weight in weights.items()}
        return cls(spec, weights, tuple(frozenset(_terms(text)) for text in (spec.question, *spec.examples)))


@dataclass(slots=True)
class Suggester:
    """A menu ready to be ranked; vectors of its sentences are kept."""

    cards: tuple[_Card, ...]
    idf: Weights
    _vectors: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    @classmethod
    def of(cls, menu: Iterable[ToolSpec]) -> Self:
        """A suggester over the available tools of a menu."""
        cards = tuple(_Card.of(spec) for spec in menu if spec.available)
        return cls(cards, _idf(cards))

    def suggest(self, reading: Reading, embedder: Embedder | None = None) -> tuple[ScoredCall, ...]:
        """The calls that answer a question, best first; the embedder is asked only where words do not decide."""
        ranked, is_familiar = self._ranked(reading), self._is_familiar(reading)
        if embedder and max(ranked.values(), default=0.0) < SURE:
            near = self._similarities(reading.text, embedder)
            alike = SIMILAR if is_familiar else FOREIGN_FLOOR
            ranked = {name: max(score, near[name]) if near[name] >= alike else score for name, score in ranked.items()}
        least = max(FLOOR if is_familiar else FOREIGN_FLOOR, KEEP * max(ranked.values(), default=0.0))
        kept = {name: score for name, score in ranked.items() if score >= least}
        extra = {**self._uncovered(reading, kept, ranked), **self._of_parts(reading)} if kept else {}
        kept |= {name: max(score, kept.get(name, 0.0)) for name, score in extra.items()}
        return self._calls(reading, kept, extra)

    def _ranked(self, reading: Reading) -> dict[str, float]:
        words = frozenset(_reading_terms(reading))
        return {card.spec.name: self._score(words, card, reading.heads) + _fit(reading, card) for card in self.cards}

    def _score(self, words: frozenset[str], card: _Card, heads: frozenset[str] = frozenset()) -> float:
        asked = {
            word: self._weight(word) * (HEAD_WEIGHT if word in heads else 1.0) for word in words if word in self.idf or not is_synonym(word)
        }
        if not asked:
            return 0.0
        covered = sum(weight * card.weights.get(word, 0.0) for word, weight in asked.items()) / sum(asked.values())
        closest, second = sorted([0.0, 0.0, *(self._overlap(asked, sentence) for sentence in card.sentences)])[:-3:-1]
        return 0.5 * covered + 0.3 * closest + 0.2 * second

    def _overlap(self, asked: Weights, sentence: frozenset[str]) -> float:
        shared = sum(asked[word] * self._weight(word) for word in asked.keys() & sentence)
        sizes = sum(weight**2 for weight in asked.values()) * sum(self._weight(word) ** 2 for word in sentence)
        return shared / math.sqrt(sizes) if sizes else 0.0

    def _weight(self, word: str) -> float:
        rarity = self.idf.get(word, self.idf.get("", 1.0))
        if word.startswith("?"):
            return rarity * ASK_WEIGHT
        return rarity if word.startswith("~") else rarity * STEM_WEIGHT

    def _uncovered(self, reading: Reading, kept: Mapping[str, float], ranked: Mapping[str, float]) -> dict[str, float]:
        """The best tool for each rare concept asked about that no kept tool is about."""
        told = {word for card in self.cards if card.spec.name in kept for word, weight in card.weights.items() if weight >= ABOUT}
        found: dict[str, float] = {}
        for word in reading.words:
            about = [card.spec.name for card in self.cards if card.weights.get(word, 0.0) >= ABOUT and ranked[card.spec.name] >= FLOOR]
            if word.startswith("~") and self.idf.get(word, 0.0) >= RARE and word not in told and about:
                name = max(about, key=lambda each: ranked[each])
                found[name] = ranked[name]
        return found

    def _of_parts(self, reading: Reading) -> dict[str, float]:
        """The best tool of each clause that a tool of its own answers well."""
        found: dict[str, float] = {}
        for part in reading.parts:
            if not self._is_telling(part):
                continue
            scores = {card.spec.name: self._score(frozenset(part), card) + _fit(reading, card) for card in self.cards}
            name = max(scores, key=lambda each: scores[each], default="")
            if name and scores[name] >= PART_FLOOR:
                found[name] = scores[name] * PART_DISCOUNT
        return found

    def _is_telling(self, part: Sequence[str]) -> bool:
        """Whether a clause says enough to be a question of its own: two content words, or a rare concept."""
        named = [word for word in part if word.startswith("~")]
        plain = sum(word in self.idf for word in part if not word.startswith("~"))
        return max(len(named), plain) >= TELLING_PART or any(self.idf.get(word, 0.0) >= RARE for word in named)

    def _is_familiar(self, reading: Reading) -> bool:
        """Whether a question is about operations, or in the words of this menu."""
        stems = [word for word in reading.words if not word.startswith("~")]
        known = sum(word in self.idf for word in stems)
        return reading.about_operations or known > FAMILIAR * len(stems)

    def _similarities(self, text: str, embedder: Embedder) -> dict[str, float]:
        sentences = {card.spec.name: (card.spec.question, *card.spec.examples) for card in self.cards}
        missing = [each for texts in sentences.values() for each in texts if (embedder.name, each) not in self._vectors]
        asked, *fresh = embedder.embed([text, *missing])
        self._vectors.update({(embedder.name, each): vector for each, vector in zip(missing, fresh, strict=True)})
        return {name: max(_dot(asked, self._vectors[embedder.name, each]) for each in texts) for name, texts in sentences.items()}

    def _calls(self, reading: Reading, scores: Mapping[str, float], wanted: Iterable[str]) -> tuple[ScoredCall, ...]:
        """The calls by score; of `wanted` tools none falls to the limit for the sake of another."""
        specs = {card.spec.name: card.spec for card in self.cards}
        ranked = sorted(scores, key=lambda name: (-scores[name], name))
        kept = tuple(dict.fromkeys((*ranked[:1], *wanted, *ranked)))[:MAX_CALLS]
        order = [name for name in ranked if name in kept]
        return tuple(
            ScoredCall(PlannedCall(name, filters), round(scores[name], 4), specs[name].desks)
            for name in order
            for filters in filters_for(reading, specs[name])
        )


def suggest(reading: Reading, menu: Sequence[ToolSpec], embedder: Embedder | None = None) -> tuple[ScoredCall, ...]:
    """The calls of a menu that answer a question, best first; none where no tool fits."""
    return suggester(tuple(menu)).suggest(reading, embedder)


@lru_cache(maxsize=32)
def suggester(menu: tuple[ToolSpec, ...]) -> Suggester:
    """The suggester of a menu, made once."""
    return Suggester.of(menu)


def filters_for(reading: Reading, spec: ToolSpec) -> tuple[Filters, ...]:
    """The filters a question gives to a tool, only those it takes; several where two services (routes, …) are set side by side."""
    given = {name: value for name, value in reading.filters.given().items() if name in spec.takes}
    if spec.reads == ("metrics",) and "text" in spec.takes and reading.gauges:
        given["text"] = reading.gauges[0]
    named = {
        "service": reading.services,
        "route": reading.routes,
        "client": reading.clients,
        "user": reading.users,
        "status": reading.statuses,
    }
    for dimension in MANY:
        if dimension in spec.takes and len(named[dimension]) > 1:
            return tuple(Filters(**{**given, dimension: value}) for value in named[dimension][:MAX_VALUES])
    return (Filters(**given),)


def desks_of(calls: Sequence[ScoredCall], offered: Sequence[DeskName], least: float = 0.85) -> tuple[DeskName, ...]:
    """The desks that must look: for each good call one that may make it, an already chosen one where possible."""
    best = max((call.score for call in calls), default=0.0)
    chosen: list[DeskName] = []
    for call in calls:
        may = [desk for desk in offered if desk in call.desks]
        if call.score >= least * best and may and not set(may) & set(chosen):
            chosen.append(may[0] if len(may) == 1 else min(may, key=call.desks.index))
    return tuple(chosen)


def _fit(reading: Reading, card: _Card) -> float:
    """A tool must be able to take what was named (or list it), and look at a baseline where change is asked."""
    named = [name for name in reading.filters.given() if name not in ("limit", "severity")]
    missed = sum(name not in card.spec.takes and f"~{DIMENSION.get(name, name)}" not in card.weights for name in named)
    asks_change = bool({"change", "new"} & reading.asks)
    compares = CHANGE_FIT if asks_change else -CHANGE_FIT
    return (compares if card.spec.needs_baseline else 0.0) - MISSED * missed


def _terms(text: str) -> list[str]:
    text = re.sub(QUOTED, " text ", text)  # what an example quotes is looked for, not asked about
    return [*tokens(text), *(f"?{ask}" for ask in TELLING_ASKS if re.search(ASKS[ask], text, re.IGNORECASE))]


def _reading_terms(reading: Reading) -> list[str]:
    return [*reading.words, *(f"?{ask}" for ask in TELLING_ASKS if ask in reading.asks)]


def _idf(cards: Sequence[_Card]) -> Weights:
    """Rarity of each word over the menu (as in BM25); the empty word stands for one that no tool uses."""
    seen: dict[str, int] = {}
    for card in cards:
        for word in card.weights:
            seen[word] = seen.get(word, 0) + 1
    rarity = {word: math.log(1 + (len(cards) - count + 0.5) / (count + 0.5)) for word, count in seen.items()}
    return {**rarity, "": 0.7 * math.log(1 + 2 * len(cards))}


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))
