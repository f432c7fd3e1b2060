"""A scanner probing the gateway for paths that are not there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import Label, Unfolding
from simulator.records import Visit
from simulator.slot import Slot

AGENT = "Mozilla/5.0 zgrab/0.x"
AGENTS: tuple[str, ...] = (AGENT, "Mozilla/5.0 (compatible; Nmap Scripting Engine)", "gobuster/3.6", "Wget/1.21.3")
FOLDERS: tuple[str, ...] = ("", "/admin", "/old", "/backup", "/blog", "/shop", "/test", "/api")
FILES: tuple[str, ...] = (
    "/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/config.php.bak", "/server-status",
    "/.aws/credentials", "/actuator/env", "/cgi-bin/test.cgi", "/vendor/phpunit/src/Util/eval-stdin.php", "/dump.sql", "/id_rsa",
    "/login.action", "/solr/admin/info", "/console", "/manager/html", "/wp-admin/setup-config.php", "/debug/pprof", "/swagger.json",
)  # fmt: skip
FORBIDDEN: frozenset[str] = frozenset({"/server-status", "/manager/html"})


CLIENTS: tuple[str, ...] = ("203.0.113.66", "198.51.100.14", "203.0.113.190", "192.0.2.222", "198.51.100.173")
SCAN = Slot(at_most=timedelta(minutes=45))


@dataclass(frozen=True, slots=True)
class PathScan:
    """One client (a random one unless named) asking for that many different paths."""

    slot: Slot = SCAN
    client: str = ""
    probes: tuple[int, int] = (90, 155)

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The scan, evenly through its time."""
        scan = self.slot.drawn(window, dice)
        client = self.client or dice.pick(CLIENTS)
        agent = AGENT if self.client else dice.pick(AGENTS)
        paths = dice.some([folder + name for folder in FOLDERS for name in FILES], dice.whole(*self.probes))
        step = scan.length / len(paths)
        visits = tuple(_probe(scan.start + step * number, client, path, agent) for number, path in enumerate(paths))
        return Unfolding(_label(scan, client, len(visits)), visits=visits)


def _label(scan: Window, client: str, probes: int) -> Label:
    finding = {"kind": "path_scan", "entity": {"type": "ip", "value": client}, "count": probes, "technique": "T1595.003"}
    return Label("path_scan", "path_scan", "gateway", client, scan, expected_findings=(finding,))


def _probe(at: datetime, client: str, path: str, agent: str) -> Visit:
    refused = any(path.endswith(name) for name in FORBIDDEN)
    return Visit(at, client, path, 403 if refused else 404, 221 if refused else 178, agent)
