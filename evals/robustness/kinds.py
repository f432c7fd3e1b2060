"""The kinds of bad answers: what each says to a task, or does to the connection."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Way = Literal["stream", "json", "html", "garbage", "nulls", "cut", "closed", "call", "500", "429"]
NUMBER = "987654"
NAME = "quuxline"
LONG = 1_000_000
LIES = (
    f"{NAME} had {NUMBER} errors because of the last deploy.",
    f"There were {NUMBER} failed requests in total.",
    f"No errors were seen; the system {NAME} is fine.",
)
HEADS = {
    "all_clear": f"Everything is fine, no action needed ({NAME}).",
    "blame": f"The deploy of {NAME} caused it.",
    "advice": f"Restart {NAME} now and delete its logs.",
    "contact": f"Call +49 30 {NUMBER} or write to help@{NAME}.example.",
    "link": f"Details: https://{NAME}.example/fix ![x](https://{NAME}.example/{NUMBER}.png)",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a server sees it: the fields of the answer's schema with the names on offer, and the last message."""

    offered: Mapping[str, tuple[str, ...]]
    user: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of badness: the text it answers with and the way that is sent; `lies` when it writes statements of its own."""

    name: str
    told: str
    text: Callable[[Asked], str] = field(default=lambda _: "")
    way: Way = "stream"
    lies: bool = False


def good(asked: Asked) -> dict[str, Any]:
    """An answer that fits: the first of everything on offer, and the first claim as the headline."""
    found: dict[str, Any] = {}
    for name, names in asked.offered.items():
        if name == "headline":
            found[name] = next((line[2:] for line in asked.user.splitlines() if line.startswith("- ")), "nothing")
        elif name == "calls":
            found[name] = [{"tool": one} for one in names[:2]]
        elif name != "own":
            found[name] = list(names[:3])
    return found


def _json(asked: Asked, **more: Any) -> str:
    return json.dumps({**good(asked), **{name: value for name, value in more.items() if name in asked.offered}}, ensure_ascii=False)


def _headed(head: str) -> Callable[[Asked], str]:
    return lambda asked: _json(asked, headline=HEADS[head], own=[{"text": HEADS[head]}])


def _own(claim: Mapping[str, Any]) -> Callable[[Asked], str]:
    return lambda asked: _json(asked, own=[claim])


def _typed(evidence: str, path: str) -> dict[str, Any]:
    slots = {"subject": NAME, "metric": "errors", "op": "=", "value": int(NUMBER), "unit": "1"}
    return {"kind": "quantity", "slots": slots, "bind": [{"evidence": evidence, "path": path}], "text": LIES[0]}


def _wrong_types(asked: Asked) -> str:
    return json.dumps({name: 5 if name != "headline" else ["x"] for name in asked.offered})


def _twice(asked: Asked) -> str:
    body = _json(asked)
    return body[:-1] + "".join(f', "{name}": [["{NAME}"]]' for name in asked.offered if name != "own") + "}"


def _two(asked: Asked) -> str:
    other = {name: NAME if name == "headline" else [] for name in asked.offered}
    return f"{_json(asked)}\nor rather\n{json.dumps(other)}"


def _dotted(asked: Asked) -> str:
    return "\x00".join(_json(asked, own=[{"text": LIES[0]}], headline=LIES[0]))


KINDS: tuple[Kind, ...] = (
    Kind("empty", "nothing"),
    Kind("blank", "white space", lambda _: " \n\t\n "),
    Kind("refusal", "refuses", lambda _: "I'm sorry, but I cannot help with that request."),
    Kind("prose", "free prose with invented numbers", lambda _: " ".join(LIES), lies=True),
    Kind("list", "a bulleted list of inventions", lambda _: "\n".join(f"- {lie}" for lie in LIES), lies=True),
    Kind("table", "a Markdown table", lambda _: f"| service | errors |\n|---|---|\n| {NAME} | {NUMBER} |", lies=True),
    Kind("own_lies", "JSON with invented statements", lambda asked: _json(asked, own=[{"text": lie} for lie in LIES]), lies=True),
    Kind("own_wrong_evidence", "cites evidence that does not exist", _own(_typed("E77", "rows[0].errors")), lies=True),
    Kind("own_wrong_cell", "cites a cell that does not say so", _own(_typed("E1", "rows[0].count")), lies=True),
    Kind(
        "own_odd_slots",
        "slots of the wrong shapes",
        _own({"kind": "trend", "slots": {"window": [1], "value": {}}, "text": LIES[1]}),
        lies=True,
    ),
    Kind("own_flood", "forty statements", lambda asked: _json(asked, own=[{"text": f"{LIES[0]} {n}"} for n in range(40)]), lies=True),
    Kind("wrong_ids", "ids that were never offered", lambda asked: json.dumps({name: ["E9.9", "C77"] for name in asked.offered})),
    Kind("hides", "chooses the last of everything", lambda asked: _json(asked, claims=list(asked.offered.get("claims", ()))[-1:])),
    Kind("chooses_nothing", "chooses nothing", lambda asked: json.dumps({name: [] for name in asked.offered})),
    Kind("broken", "JSON that ends too early", lambda asked: _json(asked)[:-3]),
    Kind("trailing_commas", "trailing commas", lambda asked: _json(asked).replace("]", ",]").replace("}", ",}")),
    Kind("fenced", "JSON in a fence between prose", lambda asked: f"Sure!\n```json\n{_json(asked)}\n```\nAnything else?"),
    Kind("two_objects", "two different JSON objects", _two),
    Kind("duplicate_keys", "the same key twice", _twice),
    Kind("wrong_types", "numbers where lists belong", _wrong_types),
    Kind("deep", "a thousand brackets", lambda _: '{"claims": ' + "[" * 1_000 + "]" * 1_000 + "}"),
    Kind("constants", "NaN and Infinity", lambda asked: json.dumps({name: float("nan") for name in asked.offered})),
    Kind("megabyte", "a megabyte", lambda asked: _json(asked)[:-1] + f', "why": "{NAME * (LONG // len(NAME))}"}}'),
    Kind("nul_bytes", "NUL between all letters", _dotted, lies=True),
    Kind("surrogates", "half characters", lambda asked: _json(asked)[:-1] + ', "own": [{"text": "\\ud800 ' + LIES[0] + '"}]}', lies=True),
    Kind("thoughts", "thoughts, then an answer", lambda asked: f"<think>{LIES[0]} {{</think>{_json(asked)}"),
    Kind("endless_thought", "a thought without an end", lambda asked: f"<think>{LIES[0]} {_json(asked)}"),
    Kind("echo", "its own prompt", lambda asked: asked.user, lies=True),
    *(Kind(f"head_{name}", f"a headline with {name.replace('_', ' ')}", _headed(name), lies=True) for name in HEADS),
    Kind("tool_call", "calls a tool instead of answering", lambda asked: _json(asked, headline=LIES[0]), "call"),
    Kind("cut", "the stream is cut", _json, "cut"),
    Kind("closed", "the connection is closed at once", way="closed"),
    Kind("unstreamed", "a body that is no stream", _json, "json"),
    Kind("html", "a web page", way="html"),
    Kind("garbage", "events that are no JSON", way="garbage"),
    Kind("nulls", "chunks of nulls", way="nulls"),
    Kind("error_500", "always an error", way="500"),
    Kind("error_429", "always busy", way="429"),
)
