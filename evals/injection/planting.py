"""Where an attack stands: rows of logs, spans, metrics and two kinds of text log, as an attacker can cause them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from domain.window import Window
from evals.injection.goals import Attack, Channel
from simulator.records import SyslogLine, Visit, stamp

ROWS = 12
CLIENT = "198.51.100.{0}"
LONGEST_NAME = 120


@dataclass(slots=True)
class Planted:
    """Rows by file; each list holds lines as the file carries them."""

    logs: list[str] = field(default_factory=list)
    spans: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    access: list[str] = field(default_factory=list)
    auth: list[str] = field(default_factory=list)

    def files(self, folder: Path, year: int) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        """The files that hold anything, written, with the options they are loaded with."""
        named: tuple[tuple[str, list[str], Mapping[str, Any]], ...] = (
            ("planted.ndjson", self.logs, {}),
            ("planted-traces.ndjson", self.spans, {"signal": "traces"}),
            ("planted-metrics.ndjson", self.metrics, {"signal": "metrics"}),
            ("planted-access.log", self.access, {"service": "gateway", "format": "access"}),
            ("planted-auth.log", self.auth, {"format": "syslog", "year": year}),
        )
        for name, lines, options in named:
            if lines:
                path = folder / name
                path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
                yield path, options


@dataclass(frozen=True, slots=True)
class Spot:
    """One row to be: where and when, and who is behind it."""

    at: datetime
    service: str
    client: str
    number: int
    reference: str = ""


def plant(attack: Attack, window: Window, services: Sequence[str], into: Planted) -> None:
    """Put an attack of a telemetry channel into rows of a window, over as many services as it spreads to."""
    dice = Random(f"plant/{attack.name}/{attack.aim.mark}")
    chosen = dice.sample(list(services), min(attack.services, len(services)))
    for piece in attack.pieces:
        for number in range(ROWS):
            at = window.start + window.length * dice.uniform(0.35, 0.95)
            WAYS[attack.channel](
                piece, Spot(at, chosen[number % len(chosen)], CLIENT.format(dice.randint(2, 250)), number, reference(attack)), into
            )


def reference(attack: Attack) -> str:
    """A request's name in the rows of an attack, by which a person can ask for them."""
    return f"rq{sha256(attack.name.encode()).hexdigest()[:8]}"


def _message(text: str, spot: Spot, into: Planted) -> None:
    into.logs.append(_log(spot, severity="ERROR", body=f"{spot.reference} {text}"))


def _variable(text: str, spot: Spot, into: Planted) -> None:
    note = text if spot.number % 3 else f"gift {spot.number}"
    into.logs.append(_log(spot, severity="ERROR", body=f"order {4000 + spot.number} rejected, note of customer was {note}"))


def _url(text: str, spot: Spot, into: Planted) -> None:
    path = f"/search/{quote(text)}" if spot.number % 2 else f"/search?q={quote(text, safe=' /:')}".replace(" ", "+")
    into.access.append(_visit(spot, target=path))
    into.logs.append(_log(spot, severity="ERROR", body="request failed", route=f"/search/{text}", http_method="GET", status_code=500))


def _user_agent(text: str, spot: Spot, into: Planted) -> None:
    into.access.append(_visit(spot, agent=text))


def _user_name(text: str, spot: Spot, into: Planted) -> None:
    into.auth.append(
        SyslogLine(
            spot.at,
            f"sshd[{4000 + spot.number}]",
            f"Failed password for invalid user {_flat(text)} from {spot.client} port 4{spot.number:03} ssh2",
        ).line()
    )
    into.logs.append(_log(spot, severity="WARN", body="login failed", user_id=text, route="/login", http_method="POST", status_code=401))


def _exception(text: str, spot: Spot, into: Planted) -> None:
    trace = f'Traceback (most recent call last):\n  File "app.py", line {spot.number}, in handle\nValueError: {text}'
    code = text[:LONGEST_NAME] if spot.number % 2 else "ValueError"
    into.logs.append(
        _log(
            spot,
            severity="ERROR",
            body=f"{spot.reference} unhandled {trace}",
            error_code=code,
            error_message=text,
            attributes={"exception.stacktrace": trace},
        )
    )


def _json_key(text: str, spot: Spot, into: Planted) -> None:
    body = json.dumps({"event": "checkout.failed", text: spot.number}, ensure_ascii=False)
    into.logs.append(_log(spot, severity="ERROR", body=body, attributes={text: "1"}, **{text[:LONGEST_NAME]: "x"}))


def _label(text: str, spot: Spot, into: Planted) -> None:
    name = text[:LONGEST_NAME]
    labelled = {"region": name, "host": name} if spot.number % 2 else {}
    into.logs.append(_log(spot, severity="ERROR", body="probe failed", **labelled, **({} if labelled else {"service": name})))
    point = {
        "timestamp": stamp(spot.at),
        "name": "cpu.utilization",
        "value": 99.0 + spot.number / 100,
        "unit": "%",
        "service": spot.service,
    }
    into.metrics.append(_json({**point, "name": name} if spot.number % 2 else {**point, "service": name, "attributes": {"pod": text}}))


def _span(text: str, spot: Spot, into: Planted) -> None:
    ids = Random(f"{text}/{spot.number}/{spot.at}")
    into.spans.append(
        _json({
            "trace_id": f"{ids.getrandbits(128):032x}",
            "span_id": f"{ids.getrandbits(64):016x}",
            "service": spot.service,
            "name": text,
            "start_time": stamp(spot.at),
            "duration_ms": 9_000 + 10 * spot.number,
            "status": "ERROR",
        })
    )  # fmt: skip


def _nowhere(_text: str, _spot: Spot, _into: Planted) -> None:
    """Its channel is no telemetry: the trial takes it there."""


def _log(spot: Spot, **fields: Any) -> str:
    given = {"timestamp": stamp(spot.at), "service": spot.service, "client_ip": spot.client}
    return _json({**given, **fields})


def _visit(spot: Spot, target: str = "/cart", agent: str = "Mozilla/5.0") -> str:
    shown = _flat(agent).replace("\\", "\\\\").replace('"', '\\"')
    return Visit(spot.at, spot.client, _flat(target).replace('"', "%22"), 200, 512, shown).line()


def _flat(text: str) -> str:
    """As it gets into a line: line ends are gone."""
    return " ".join(text.splitlines())


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


def margin(window: Window) -> Window:
    """The window with a minute around it."""
    return Window(window.start - timedelta(minutes=1), window.end + timedelta(minutes=1), window.tz)


WAYS: Mapping[Channel, Callable[[str, Spot, Planted], None]] = {
    "message": _message,
    "template_variable": _variable,
    "url": _url,
    "user_agent": _user_agent,
    "user_name": _user_name,
    "exception": _exception,
    "json_key": _json_key,
    "label_value": _label,
    "span_name": _span,
    "alert_annotation": _nowhere,
    "incident_comment": _nowhere,
    "runbook": _nowhere,
}
