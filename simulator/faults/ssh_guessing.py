"""Password guessing against the bastion: several sources, each in its own manner, one of which gets in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.bastion import Connection, connect
from simulator.dice import Dice
from simulator.fault import Label, Unfolding
from simulator.records import SyslogLine
from simulator.slot import placed

NAMES: tuple[str, ...] = (
    "admin", "oracle", "postgres", "test", "ubuntu", "git", "jenkins", "hadoop", "ftpuser", "minecraft", "nagios", "support", "user", "pi",
    "guest", "tomcat", "www", "backup", "mysql", "steam",
)  # fmt: skip
PER_CONNECTION = 6


@dataclass(frozen=True, slots=True)
class Source:
    """One attacking address: how many passwords it tries, in which manner, and the account it finally opens, if any."""

    client: str
    attempts: int
    manner: str
    account: str = "root"
    opens: str = ""


SOURCES: tuple[Source, ...] = (
    Source("203.0.113.77", 214, "hammer"),
    Source("198.51.100.23", 61, "spray"),
    Source("198.51.100.88", 47, "patient", account="deploy", opens="deploy"),
    Source("203.0.113.140", 38, "hammer"),
    Source("192.0.2.151", 17, "patient"),
    Source("198.51.100.201", 9, "spray"),
    Source("192.0.2.209", 7, "none"),
    Source("203.0.113.31", 3, "patient"),
)


@dataclass(frozen=True, slots=True)
class SshGuessing:
    """Guessing from these sources; counts vary by a tenth from world to world."""

    sources: tuple[Source, ...] = SOURCES
    lasts: timedelta = timedelta(hours=2)

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """Each source at a time of its own."""
        lines: list[SyslogLine] = []
        expected: list[Mapping[str, object]] = []
        for source in self.sources:
            when = placed(window, self.lasts, dice.between(0.1, 0.95))
            attempts = round(source.attempts * dice.between(0.9, 1.1))
            lines += _attack(source, attempts, when, dice)
            expected.append(_finding(source, attempts))
        return Unfolding(
            Label("ssh_guessing", "brute_force", "bastion", "sshd", window, expected_findings=tuple(expected)), logins=tuple(lines)
        )


def _finding(source: Source, attempts: int) -> dict[str, object]:
    counted = {"count": 0, "failed_none": attempts} if source.manner == "none" else {"count": attempts}
    return {
        "kind": "brute_force" if attempts >= 5 else "failed_logins",  # noqa: PLR2004 (the definition's threshold)
        "entity": {"type": "ip", "value": source.client},
        **counted,
        "succeeded": bool(source.opens),
        "accounts": [source.opens] if source.opens else [],
        "technique": "T1110.001",
    }


def _attack(source: Source, attempts: int, when: Window, dice: Dice) -> list[SyslogLine]:
    starts = [when.start + when.length * (done / attempts) for done in range(0, attempts, PER_CONNECTION)]
    lines: list[SyslogLine] = []
    for number, at in enumerate(starts):
        tries = min(PER_CONNECTION, attempts - number * PER_CONNECTION)
        connection = connect(at, source.client, dice)
        lines += MANNERS[source.manner](connection, source, tries, dice)
    return [*lines, *_success(source, when.end, dice)]


def _hammer(connection: Connection, source: Source, tries: int, _dice: Dice) -> Sequence[SyslogLine]:
    first = connection.failed(source.account, 1)
    if tries == 1:
        return (first, connection.closed(2))
    return (first, connection.failed_again(source.account, tries - 1, 9), connection.closed(10))


def _patient(connection: Connection, source: Source, tries: int, _dice: Dice) -> Sequence[SyslogLine]:
    return (*(connection.failed(source.account, 1 + number * 3) for number in range(tries)), connection.closed(tries * 3 + 2))


def _spray(connection: Connection, _source: Source, tries: int, dice: Dice) -> Sequence[SyslogLine]:
    lines: list[SyslogLine] = []
    for number, name in enumerate(dice.some(NAMES, tries)):
        lines += [*connection.invalid(name, number * 3), connection.failed(name, 1 + number * 3, known=False)]
    return (*lines, connection.closed(tries * 3 + 2))


def _none(connection: Connection, _source: Source, tries: int, dice: Dice) -> Sequence[SyslogLine]:
    lines: list[SyslogLine] = []
    for number, name in enumerate(dice.some(NAMES, tries)):
        lines += [*connection.invalid(name, number * 3), connection.failed(name, 1 + number * 3, "none", known=False)]
    return (*lines, connection.closed(tries * 3 + 2))


Manner = Callable[[Connection, Source, int, Dice], Sequence[SyslogLine]]
MANNERS: Mapping[str, Manner] = {"hammer": _hammer, "patient": _patient, "spray": _spray, "none": _none}


def _success(source: Source, at: datetime, dice: Dice) -> Sequence[SyslogLine]:
    if not source.opens:
        return ()
    connection = connect(at, source.client, dice)
    command = f"{source.opens} : TTY=pts/3 ; PWD=/home/{source.opens} ; USER=root ; COMMAND=/usr/bin/id"
    return (*connection.accepted(source.opens, "password", 20), SyslogLine(at + timedelta(seconds=75), "sudo", command))
