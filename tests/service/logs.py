"""A small world of log files whose counts are known."""

import json
from pathlib import Path

ERRORS = {"checkout": 6, "cart": 2}
EVENTS = {"checkout": 10, "cart": 8, "search": 5}
FAILED = {"203.0.113.7": 12, "198.51.100.9": 2}
BAD_LINE = 4
BREAK_IN = "Which addresses tried to break in over SSH, how often, and did any succeed?"


def app_log() -> str:
    """NDJSON with 23 records, the first of each service errors, and one line that is no JSON."""
    lines = [_line(service, minute) for service, events in EVENTS.items() for minute in range(events)]
    return "\n".join([*lines[: BAD_LINE - 1], "this is not JSON", *lines[BAD_LINE - 1 :]]) + "\n"


def _line(service: str, minute: int) -> str:
    failed = minute < ERRORS.get(service, 0)
    body = f"{'payment declined' if failed else 'order placed'} for order {minute}"
    severity = "ERROR" if failed else "INFO"
    return json.dumps({"timestamp": f"2026-03-01T10:{minute:02d}:00Z", "service": service, "severity": severity, "body": body})


def auth_log() -> str:
    """sshd lines without a year: 12 failures from one address before it gets in, 2 from another."""
    failed = "Failed password for {user} from {client} port 4242 ssh2"
    lines = [f"Mar  1 09:{minute:02d}:00 bastion sshd[77]: {failed.format(user='root', client='203.0.113.7')}" for minute in range(8)]
    repeated = f"message repeated 4 times: [ {failed.format(user='root', client='203.0.113.7')}]"
    lines += [f"Mar  1 09:10:00 bastion sshd[77]: {repeated}"]
    lines += ["Mar  1 09:11:00 bastion sshd[77]: Accepted password for root from 203.0.113.7 port 4242 ssh2"]
    lines += [f"Mar  1 09:2{minute}:00 bastion sshd[78]: {failed.format(user='bob', client='198.51.100.9')}" for minute in range(2)]
    return "\n".join(lines) + "\n"


def write_logs(folder: Path) -> None:
    """`app.ndjson` and `auth.log` in a folder."""
    (folder / "app.ndjson").write_text(app_log(), "utf-8")
    (folder / "auth.log").write_text(auth_log(), "utf-8")
