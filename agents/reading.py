"""What a question says, read by rules: what it names, what form of answer it wants, and its content words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agents import mentions
from agents.korean import in_english
from agents.vocabulary import concepts, knowledge, tokens
from agents.windows import without_times
from domain.calls import Filters

Ask = Literal["count", "list", "ranking", "lowest", "change", "new", "yes_no", "absence", "when", "trend", "why", "quote"]
ASKS: Mapping[Ask, str] = {
    "count": r"\bhow\s+(?:many|much|often|frequent\w*)\b|\bnumber\s+of\b|\bcount(?:s|ing)?\b|\btotals?\b(?!\s+(?:time|duration|cost))",
    "ranking": (
        r"\b(?:top|most|highest|worst|greatest|slow\w*est|biggest|largest|longest|loudest|hottest|fullest|\w+iest|rank\w*"
        r"|main|mostly)\b"
    ),
    "lowest": r"\b(?:least|lowest|fewest|smallest|fastest|quietest|best)\b",
    "change": (
        r"\bchang\w+|\bdiffer\w*|\bcompar\w+(?=.*\b(?:with|to|before|after|earlier|yesterday|last|previous|between|against)\b)|\bversus\b|\bvs\b|\bthan\s+(?:before|yesterday|the\b|last|usual|on\b)|\b(?:in|de)creas\w+|\bregress\w*"
        r"|\b(?:rise|rose|risen|grew|grow|drop(?:ped)?|jump(?:ed)?|spik\w+)\b|\bgo(?:ne|t)?\s+(?:up|down|worse)\b|\bbefore\s+and\s+after\b|\bworse\b"
    ),
    "new": (r"\bnew(?:ly)?\b|\bappear(?:ed|s)?\b|\b(?:never|not)\s+(?:been\s+)?seen\b|\bfirst\s+seen\b|\bunseen\b|\bemerg\w+|\bstarted\b"),
    "yes_no": r"^\W*(?:is|are|was|were|did|do|does|has|have|had|can|any)\b|\b(?:and|,)\s+(?:did|was|were|is|are|has|have)\b",
    "absence": r"\b(?:any|no|none|without|never|anything|anyone|anybody)\b",
    "when": (
        r"\bwhen\b|\bwhat\s+time\b|\b(?:which|what)\s+(?:hour|minute|day|moment)\b|\bfirst\s+(?:seen|time|failure|error)\b|\blast\s+(?:seen|time)\b"
    ),
    "trend": r"\bover\s+time\b|\b(?:per|by|each|every)\s+(?:minute|hour|day)\b|\btrend\w*|\btimeline\b|\bhourly\b|\bdaily\b",
    "why": (
        r"\bwhy\b|\bcaus\w+|\breason\w*|\b(?:went|going|gone)\s+wrong\b|\bwhat(?:'s|\s+is|\s+was)\s+wrong\b|\bwhat\s+happened\b"
        r"|\b(?:incident|outage|broke|culprit|blame\w*|guilty|responsible|diagnos\w+)\b|\b(?:what|who)(?:'s|\s+is|\s+was|\s+lies)?\s+behind\b"
        r"|\b(?:before|prior\s+to|ahead\s+of)\b.*\b(?:errors?|incident|outage|trouble|problems?|issues?|fail\w*|broke|crash\w*|it\s+happened)\b"
        r"|\bwho\w*\s+fault\b|\bmak(?:es?|ing)\s+.*\bslow\w*"
    ),
    "quote": (
        r"\b(?:quote|show|print|display|see|read)\b.*\b(?:lines?|logs?|messages?|entries|records?)\b"
        r"|\bexact\s+(?:line|message|text)s?\b"
    ),
    "list": r"\b(?:which|who|list|what|show|name)\b",
}
NAMING = 2
LOGIN_ROUTE = r"log[-_]?[io]n|sign[-_]?in|/auth|/sessions?\b"
CLAUSE = (
    r"[;?]\s*|,\s*(?:and\s+)?(?=(?:how|did|which|what|when|who|is|are|was|were|do|does|has|have|can|show|list|compare)\b)"
    r"|\s+(?:and|or|plus|as\s+well\s+as)\s+"
)
HEAD = (
    r"\b(?:which|what|by|per|each|top(?:\s+\w+(?=\s+\w))?"
    r"|^\W*(?:is|are|was|were)(?:\s+(?:the|our|there))?|how\s+many(?=\s+(?:different|distinct)))"
    r"\s+((?:different\s+|distinct\s+|http\s+)?\w+)"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as rules read it. `words` are stems and `~concept`s, `heads` the concepts asked for.

    `filters` holds the first of each thing named.
    """

    text: str
    words: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    asks: frozenset[Ask]
    concepts: frozenset[str]
    heads: frozenset[str]
    filters: Filters
    services: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    about_operations: bool = True
    unknown_services: tuple[str, ...] = ()
    gauges: tuple[str, ...] = ()
    unplaced: tuple[str, ...] = ()


def read(question: str, services: Sequence[str] = ()) -> Reading:
    """The reading of a question, a Korean one in its English words; `services` are the names that are stored."""
    return _read(in_english(question, services), tuple(services))


@lru_cache(maxsize=256)
def _read(question: str, services: tuple[str, ...]) -> Reading:
    timeless = without_times(question)
    found = concepts(tokens(timeless))
    named = _Named.of(timeless, services, found)
    bare = named.removed_from(timeless)
    return Reading(
        text=question,
        words=tokens(bare),
        parts=_parts(bare),
        asks=frozenset(ask for ask, pattern in ASKS.items() if re.search(pattern, question, re.IGNORECASE)),
        concepts=concepts(tokens(bare)),
        heads=_heads(bare, named),
        filters=named.filters(mentions.limit_in(question)),
        services=named.services,
        routes=named.routes,
        clients=named.clients,
        users=named.users,
        statuses=named.statuses,
        about_operations=_is_about_operations(bare, named),
        unknown_services=mentions.unknown_services_in(timeless, services),
        gauges=mentions.gauges_in(timeless),
        unplaced=() if named.is_telling() else mentions.unplaced_in(timeless),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    services: tuple[str, ...]
    routes: tuple[str, ...]
    clients: tuple[str, ...]
    users: tuple[str, ...]
    statuses: tuple[str, ...]
    severities: tuple[str, ...]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, question: str, services: Sequence[str], found: frozenset[str]) -> "_Named":
        routes = mentions.routes_in(question)
        known = mentions.services_in(_without(question, routes), services)
        texts = tuple(text for text in mentions.texts_in(question) if text not in known)
        users = mentions.users_in(question)
        if "login" in found and not users:
            users = tuple(text for text in texts if re.fullmatch(r"[\w.\-]+", text))
        return cls(
            services=known,
            routes=routes,
            clients=mentions.clients_in(question),
            users=users,
            statuses=mentions.statuses_in(question),
            severities=mentions.severities_in(question),
            texts=tuple(text for text in texts if text not in users),
        )

    def filters(self, limit: int) -> Filters:
        return Filters(
            service=_first(self.services),
            route=_first(self.routes),
            client=_first(self.clients),
            user=_first(self.users),
            severity=_first(self.severities),
            status=_first(self.statuses),
            text=_first(self.texts),
            limit=limit,
        )

    def removed_from(self, question: str) -> str:
        """The question without the names in it, each replaced by the kind of thing it is."""
        numeric = tuple(status for status in self.statuses if status.isdigit())
        kinds = (
            (numeric, "status"),
            (self.routes, "route"),
            (self.clients, "client"),
            (self.users, "account"),
            (self.texts, "text"),
            (self.services, "service"),
        )
        for names, kind in kinds:
            for name in names:
                told = f"{kind} login page" if kind == "route" and re.search(LOGIN_ROUTE, name, re.IGNORECASE) else kind
                question = re.sub(rf"(?<!\w){re.escape(name)}s?(?!\w)", f" {told} ", question, flags=re.IGNORECASE)
        return question

    def kinds(self) -> frozenset[str]:
        """The concepts of the things named."""
        named = {"service": self.services, "route": self.routes, "client": self.clients, "account": self.users, "status": self.statuses}
        return frozenset(f"~{kind}" for kind, names in named.items() if names)

    def is_telling(self) -> bool:
        return bool(self.services or self.routes or self.clients or self.users or self.statuses or self.severities or self.texts)


def _is_about_operations(bare: str, named: _Named) -> bool:
    strong, weak, foreign = knowledge(bare)
    return 2 * strong + weak + NAMING * named.is_telling() > foreign


def _heads(bare: str, named: _Named) -> frozenset[str]:
    asked = (token for found in re.findall(HEAD, bare, re.IGNORECASE) for token in tokens(found))
    return frozenset(token for token in asked if token.startswith("~")) or named.kinds()


def _parts(bare: str) -> tuple[tuple[str, ...], ...]:
    """The content words of each clause, where there is more than one with something in it."""
    clauses = [tokens(clause) for clause in re.split(CLAUSE, bare, flags=re.IGNORECASE)]
    telling = tuple(clause for clause in clauses if clause)
    return telling if len(telling) > 1 else ()


def _without(question: str, routes: Sequence[str]) -> str:
    """The question without its routes: the word in a path names no service."""
    for route in routes:
        question = question.replace(route, " ")
    return question


def _first(names: tuple[str, ...]) -> str:
    return names[0] if names else ""
