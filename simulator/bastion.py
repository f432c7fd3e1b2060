"""The bastion host's auth.log: how OpenSSH words things, and the operators' ordinary day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.records import SyslogLine
from simulator.visitors import minutes_of, within_minute

OPERATORS: tuple[tuple[str, str, str], ...] = (
    ("alice", "192.0.2.11", "publickey"),
    ("bjorn", "192.0.2.12", "password"),
    ("chiara", "192.0.2.27", "password"),
    ("deploy", "192.0.2.40", "publickey"),
)
STRANGERS: tuple[str, ...] = ("198.51.100.7", "203.0.113.9", "203.0.113.201", "198.51.100.66")
LOGINS_PER_MINUTE = 0.05
STRANGERS_PER_MINUTE = 0.012
FINGERPRINT = "SHA256:q8k1Zr5mYy0vX3nTg7b2uQpL9sWcJdFhAe4iRoKtUvM"


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection to sshd, with the words its log lines share."""

    at: datetime
    client: str
    port: int
    pid: int

    def says(self, text: str, after_s: float = 0.0) -> SyslogLine:
        """A line of this connection, some seconds after it began."""
        return SyslogLine(self.at + timedelta(seconds=after_s), f"sshd[{self.pid}]", text)

    def failed(self, user: str, after_s: float, method: str = "password", known: bool = True) -> SyslogLine:
        """A failed attempt for an account that exists, or does not."""
        return self.says(self._failed(user, method, known), after_s)

    def failed_again(self, user: str, times: int, after_s: float, known: bool = True) -> SyslogLine:
        """The syslog daemon's summary of equal lines: the attempt failed `times` more times."""
        return self.says(f"message repeated {times} times: [ {self._failed(user, 'password', known)}]", after_s)

    def accepted(self, user: str, method: str, after_s: float) -> list[SyslogLine]:
        """A log-in and the session it opens."""
        key = f": ED25519 {FINGERPRINT}" if method == "publickey" else ""
        return [
            self.says(f"Accepted {method} for {user} from {self.client} port {self.port} ssh2{key}", after_s),
            self.says(f"pam_unix(sshd:session): session opened for user {user} by (uid=0)", after_s),
        ]

    def invalid(self, user: str, after_s: float) -> list[SyslogLine]:
        """Someone naming an account that does not exist, and sshd's echo of it."""
        return [
            self.says(f"Invalid user {user} from {self.client} port {self.port}", after_s),
            self.says(f"input_userauth_request: invalid user {user} [preauth]", after_s),
        ]

    def closed(self, after_s: float) -> SyslogLine:
        """The end of a connection that never logged in."""
        return self.says(f"Connection closed by {self.client} port {self.port} [preauth]", after_s)

    def _failed(self, user: str, method: str, known: bool) -> str:
        stranger = "" if known else "invalid user "
        return f"Failed {method} for {stranger}{user} from {self.client} port {self.port} ssh2"


def connect(at: datetime, client: str, dice: Dice) -> Connection:
    """A new connection with a port and a process id of its own."""
    return Connection(at, client, dice.whole(32_768, 60_999), dice.whole(1_000, 32_000))


def ordinary_logins(window: Window, dice: Dice) -> list[SyslogLine]:
    """Operators at work (some mistype), jobs of cron, and strangers who look once and leave."""
    found: list[SyslogLine] = []
    for minute in minutes_of(window):
        if dice.happens(LOGINS_PER_MINUTE):
            found += _operator(within_minute(minute, dice), dice)
        if dice.happens(STRANGERS_PER_MINUTE):
            found += _stranger(within_minute(minute, dice), dice)
        if minute.minute % 15 == 0:
            found += _cron(minute, dice)
    return found


def _operator(at: datetime, dice: Dice) -> list[SyslogLine]:
    user, client, method = dice.pick(OPERATORS, (3, 3, 2, 2))
    connection = connect(at, client, dice)
    typos = dice.pick((0, 1, 2), (0.82, 0.14, 0.04)) if method == "password" else 0
    lines = [connection.failed(user, number * 4) for number in range(typos)]
    lines += connection.accepted(user, method, typos * 4 + 2)
    stay_s = dice.around(900, 0.8)
    if dice.happens(0.3):
        command = dice.pick(("/usr/bin/journalctl -u shop", "/usr/bin/systemctl status shop", "/usr/bin/df -h"))
        lines.append(
            SyslogLine(at + timedelta(seconds=stay_s / 2), "sudo", f"{user} : TTY=pts/1 ; PWD=/home/{user} ; USER=root ; COMMAND={command}")
        )
    return [*lines, *_leaves(connection, user, stay_s)]


def _leaves(connection: Connection, user: str, after_s: float) -> Sequence[SyslogLine]:
    return (
        connection.says(f"Received disconnect from {connection.client} port {connection.port}:11: disconnected by user", after_s),
        connection.says(f"pam_unix(sshd:session): session closed for user {user}", after_s),
    )


def _stranger(at: datetime, dice: Dice) -> list[SyslogLine]:
    connection = connect(at, dice.pick(STRANGERS), dice)
    if dice.happens(0.7):
        return [connection.says(f"Did not receive identification string from {connection.client} port {connection.port}")]
    return [connection.closed(1.0)]


def _cron(at: datetime, dice: Dice) -> list[SyslogLine]:
    program = f"CRON[{dice.whole(1_000, 32_000)}]"
    return [
        SyslogLine(at + timedelta(seconds=1), program, "pam_unix(cron:session): session opened for user root by (uid=0)"),
        SyslogLine(at + timedelta(seconds=1), program, "pam_unix(cron:session): session closed for user root"),
    ]
