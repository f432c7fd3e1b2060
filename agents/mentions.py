"""What a question names: services, routes, addresses, accounts, statuses, severities, texts, numbers of results."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from ipaddress import ip_address

from agents.vocabulary import NUMBER_WORDS, is_known, is_qualifier, is_stop, is_synonym, plain_words, stem, tokens

IPV4 = r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)"
ADDRESS = r"(?<![\w.:])[0-9A-Fa-f:]+[.:][0-9A-Fa-f.:]+(?!\w)"
ROUTE = r"(?<![\w./:])/(?:[\w\-.~%{}*:@+]+/?)*(?![\w])"
STATUS = r"(?<![\w./:\-])([1-5]xx|[1-5]\d\d)s?(?![\w/:\-]|\.\d)"
STATUS_CUE = r"request|status|code|http|response|error|return|\ds\b|xx"
COUNTED = r"\b\d+\s+(?:times|lines|requests|ms|errors?\s+(?:in|per)|seconds|minutes|rows)\b"
QUOTED = r"[\"\u201c\u201d]([^\"\u201c\u201d]{2,120})[\"\u201c\u201d]|(?<!\w)['\u2018`]([^'\u2019`]{2,120})['\u2019`](?!\w)"
SAYING = (
    r"\b(?:mention(?:s|ed|ing)?|contain(?:s|ed|ing)?|match(?:es|ed|ing)|saying|says|including|with\s+the\s+(?:words?|text|phrase|string)"
    r"|grep(?:\s+for)?|search(?:\s+for)?|the\s+(?:phrase|string|text))\s+(?:an?\s+|the\s+)?(.+?)"
    r"(?=\s+(?:in|on|at|during|since|between|from|per|by|over|before|after|appear|occur|do|are|is|was|were|and\s+(?:how|when|which|what))\b|[?.,;!]|$)"
)
IDENTIFIER = (
    r"(?<![\w./@-])(?=[\w.\-$]*[A-Za-z])(?:[\w.$]*[a-z]\w*(?:Exception|Error)"
    r"|(?=[\w\-.]*\d)(?=[\w\-.]*[_\-])[A-Za-z][\w\-.]{5,}|[0-9a-f]{16,64})(?![\w])"
)
ACCOUNT = (
    r"(?<!which\s)(?<!what\s)(?<!any\s)(?<!each\s)(?<!every\s)(?<!by\s)(?<!per\s)"
    r"\b(?:(?:user(?:name)?|account)\s+(?:named\s+|called\s+)?|(?:login|in|on|fail|failed|succeeded|authenticat\w+|connect(?:ed)?)\s+as\s+(?:the\s+)?)"
    r"['\"]?([a-z_][\w.\-]{1,31})['\"]?"
)
ACCOUNT_BEFORE = r"\b(?:the|of|for|as|on|an?)\s+([a-z_][\w.\-]{1,31})\s+(?:account|user)\b"
NO_ACCOUNT = frozenset(
    {
        "invalid",
        "unknown",
        "nonexistent",
        "illegal",
        "targeted",
        "attempted",
        "attacked",
        "affected",
        "compromised",
        "active",
        "valid",
        "single",
        "given",
        "certain",
        "agent",
        "agents",
        "name",
        "names",
        "id",
        "base",
    }
)
ACCOUNT_CONCEPTS = frozenset({"~deploy", "~agent"})
SEVERITIES = {"trace": "TRACE", "debug": "DEBUG", "info": "INFO", "warn": "WARN", "warning": "WARN", "error": "ERROR", "fatal": "FATAL"}
LEVELLED = (
    r"\b(trace|debug|info|warn|warning|error|fatal)s?[\s-]+(?:level|severity|logs?|lines?|messages?|records?|entries)\b"
    r"|\b(?:severity|level)\s+(?:of\s+|is\s+)?(trace|debug|info|warn|warning|error|fatal)\b|\b(warning)s\b"
)
LIMIT = (
    r"\b(?:top|first|worst|best|last|bottom)\s+({n})\b"
    r"|\b(?:which|what|show|list|name|give\s+me)\s+(?:the\s+)?({n})\s+(?!lines?\b)[a-z]"
    r"|\b({n})\s+(?:\w+\s+)?(?:slowest|busiest|fastest|biggest|largest|worst|most|least|top|highest|lowest|smallest|noisiest|loudest|latest|newest)\b"
)
CALLED_SERVICE = (
    r"\b(?:the|for|of|in|from|did|does|has|is|was|about)\s+['\"`]?([a-z][\w.\-]+)['\"`]?\s+(?:micro)?service\b",
    r"\b(?:service|app|application)\s+(?:named|called)\s+['\"`]?([a-z][\w.\-]+)",
    r"\bservice\s+['\"`]([a-z][\w.\-]+)['\"`]",
    r"\bservice\s+([a-z]\w*[\-_.\d][\w.\-]*)",
    r"\b(?:the|of|for|in)\s+service\s+([a-z][\w.\-]+)\s*[?.!]*$",
)
GAUGE = (
    r"\b(?!connection\s+pool)(cpu|memory|heap|disk|swap|queue|connection|pool|thread|goroutine|latency|load|temperature|replica|lag)s?\b"
)
UNPLACED = r"\b(?:with|in|of|for|from|about|at)\s+(?:the\s+)?['\"`]?([A-Za-z][\w.\-]{2,})['\"`]?\s*[?.!]*$"
COUNTED_THING = (
    r"\b(?:which|what|many|any|all|each|every|different|distinct|several|some|customer|user|web|most|\d+)\s+{name}\b(?!\s+service)"
    r"|\b(?:loads|lots|number|dozens|hundreds|thousands)\s+of\s+{name}\b|\b{name}\s+(?:that|who|tried|opened|taken)\b"
)
ENTERED_THING = r"(?<!service\s)\b{name}\b(?!\s+service)"
ENTERING = frozenset({"~login", "~intrusion", "~stuffing"})
FUZZ = 0.86
LEAST_FUZZY = 6
MAX_LIMIT = 100
GENERIC = frozenset({"service", "svc", "server", "app", "application", "component", "api"})


def services_in(question: str, services: Sequence[str]) -> tuple[str, ...]:
    """Known services a question names: exactly, as "the cart service" for `cartservice`, or with a slip of the pen.

    A service with the name of an ordinary thing ("accounts") is not meant where such things are counted ("which accounts") or entered.
    """
    asked = frozenset(tokens(question))
    for name in services:
        if is_synonym(stem(name)):
            thing = ENTERED_THING if "~account" in tokens(name) and asked & ENTERING else COUNTED_THING
            question = re.sub(thing.format(name=re.escape(name)), " ", question, flags=re.IGNORECASE)
    exact = [name for name in services if re.search(_whole(name), question, re.IGNORECASE)]
    exact.sort(key=lambda name: question.lower().find(name.lower()))
    for name in exact:
        question = re.sub(_whole(name), " ", question, flags=re.IGNORECASE)
    words = plain_words(re.sub(r"[-_./]", " ", question))
    loose = [name for i in range(len(words)) if (name := _loosely(words, i, services))]
    return tuple(dict.fromkeys([*exact, *loose]))


def unknown_services_in(question: str, services: Sequence[str]) -> tuple[str, ...]:
    """Names a question calls a service ("the billing service", "service named billing") that nothing is stored of."""
    named = [name for pattern in CALLED_SERVICE for name in re.findall(pattern, question, re.IGNORECASE)]
    foreign = [name for name in named if not is_stop(name) and _is_free(name) and not is_qualifier(name.lower())]
    return tuple(dict.fromkeys(name for name in foreign if not services_in(f"{name} service", services)))


def routes_in(question: str) -> tuple[str, ...]:
    """Paths such as `/cart/items`."""
    return tuple(dict.fromkeys(found.rstrip(".,:") or "/" for found in re.findall(ROUTE, question)))


def clients_in(question: str) -> tuple[str, ...]:
    """Addresses, IPv4 and IPv6."""
    found = (text.strip(".") if text.endswith("::") else text.strip(".:") for text in re.findall(ADDRESS, question))
    return tuple(dict.fromkeys(text for text in found if _is_address(text)))


def users_in(question: str) -> tuple[str, ...]:
    """Accounts: "user deploy", "as admin", "the backup account", and root by itself."""
    named = [found for pattern in (ACCOUNT, ACCOUNT_BEFORE) for found in re.findall(pattern, question, re.IGNORECASE) if _is_name(found)]
    rooted = ["root"] if re.search(r"\broot\b(?!\s*cause)", question) else []
    return tuple(dict.fromkeys([*named, *rooted]))


def statuses_in(question: str) -> tuple[str, ...]:
    """HTTP statuses `404` and classes `5xx`; a bare number counts only where the question speaks of such things."""
    if not re.search(STATUS_CUE, question, re.IGNORECASE):
        return ()
    bare = re.sub(rf"{IPV4}|{ROUTE}", " ", question)
    return tuple(dict.fromkeys(found.lower() for found in re.findall(STATUS, re.sub(COUNTED, " ", bare), re.IGNORECASE)))


def severities_in(question: str) -> tuple[str, ...]:
    """OpenTelemetry severities, where the level of a record is meant ("WARN lines", "warnings", "severity error")."""
    shouted = re.findall(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b", question)
    spoken = ["".join(found) for found in re.findall(LEVELLED, question, re.IGNORECASE)]
    return tuple(dict.fromkeys(SEVERITIES[found.lower()] for found in [*shouted, *spoken]))


def texts_in(question: str) -> tuple[str, ...]:
    """Texts to look for: quoted, behind "mention" or "containing", or an identifier such as `blk_17` or `SocketException`."""
    quoted = ["".join(found).strip() for found in re.findall(QUOTED, question)]
    said = [found.strip() for found in re.findall(SAYING, question, re.IGNORECASE)] if not quoted else []
    bare = re.sub(rf"{IPV4}|{ROUTE}|{QUOTED}", " ", question)
    marks = re.findall(IDENTIFIER, bare) if not quoted and not said else []
    return tuple(dict.fromkeys(text for text in [*quoted, *said, *marks] if text))


def unplaced_in(question: str) -> tuple[str, ...]:
    """Names a question ends on ("what went wrong with warehouse?") that stand for nothing known: they filter nothing."""
    ending = re.search(UNPLACED, question.strip(), re.IGNORECASE)
    return (ending[1],) if ending and not is_known(ending[1].lower()) else ()


def gauges_in(question: str) -> tuple[str, ...]:
    """Words for what a gauge measures ("memory", "queue"): part of the names of metric series."""
    return tuple(dict.fromkeys(found.lower() for found in re.findall(GAUGE, question, re.IGNORECASE)))


def limit_in(question: str) -> int:
    """How many results are asked for ("top 5", "three slowest"); 0 when it is not said."""
    number = rf"\d{{1,3}}|{'|'.join(NUMBER_WORDS)}"
    found = re.search(LIMIT.format(n=number), question, re.IGNORECASE)
    if not found or re.search(
        r"\b(?:last|first)\s+\w+\s+(?:second|minute|hour|day|week|month)", found[0] + question[found.end() :][:9], re.IGNORECASE
    ):
        return 0
    given = (found[1] or found[2] or found[3]).lower()
    return min(int(given) if given.isdigit() else NUMBER_WORDS[given], MAX_LIMIT)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _whole(name: str) -> str:
    return rf"(?<![\w\-/.]){re.escape(name)}(?![\w\-/]|\.\w)"


def _loosely(words: Sequence[str], at: int, services: Sequence[str]) -> str:
    for length in (3, 2, 1):
        run = words[at : at + length]
        if len(run) == length and (name := _named(run, words[at + length : at + length + 1], services)):
            return name
    return ""


def _named(run: Sequence[str], following: Sequence[str], services: Sequence[str]) -> str:
    joined = "".join(run)
    for name in services:
        if joined in (_squashed(name), _squashed(name).removesuffix("service").removesuffix("svc")) and (len(run) > 1 or _is_free(run[0])):
            return name
    if list(following[:1]) in (["service"], ["services"]):
        return min((name for name in services if set(run) <= set(_parts(name))), key=len, default="")
    if len(run) == 1 and len(joined) >= LEAST_FUZZY and _is_free(joined):
        return next((name for name in services if SequenceMatcher(None, joined, _squashed(name)).ratio() >= FUZZ), "")
    return ""


def _is_free(word: str) -> bool:
    """Whether a word means nothing else in operations, so that alone it may name a service."""
    return not any(token.startswith("~") for token in tokens(word))


def _squashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _parts(name: str) -> Iterator[str]:
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return (part for part in re.split(r"[^a-z0-9]+", split.lower()) if part and part not in GENERIC)


def _is_name(word: str) -> bool:
    """Whether a word behind "user" is an account and not the next word of the sentence."""
    lowered = word.lower()
    named = {token for token in tokens(lowered) if token.startswith("~")}
    return not is_stop(lowered) and lowered not in NO_ACCOUNT and named <= ACCOUNT_CONCEPTS
