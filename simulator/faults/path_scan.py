"""A scanner probing the gateway for paths that are not there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.window import Window
from simulator.dice import Dice
from simulator.fault import Label, Unfolding, placed
from simulator.records import Visit

AGENT = "Mozilla/5.0 zgrab/0.x"
FOLDERS: tuple[str, ...] = ("", "/admin", "/old", "/backup", "/blog", "/shop", "/test", "/api")
FILES: tuple[str, ...] = (
    "/.env", "/.git/config", "/wp-login.php", "/xmlrpc.php", "/phpmyadmin/index.php", "/config.php.bak", "/server-status",
    "/.aws/credentials", "/actuator/env", "/cgi-bin/test.cgi", "/vendor/phpunit/src/Util/eval-stdin.php", "/dump.sql", "/id_rsa",
    "/login.action", "/solr/admin/info", "/console", "/manager/html", "/wp-admin/setup-config.php", "/debug/pprof", "/swagger.json",
)  # fmt: skip
FORBIDDEN: frozenset[str] = frozenset({"/server-status", "/manager/html"})


@dataclass(frozen=True, slots=True)
class PathScan:
    """One client asking for `probes` different paths within `lasts`."""

    client: str = "203.0.113.66"
    probes: int = 140
    lasts: timedelta = timedelta(minutes=7)

    def unfold(self, window: Window, dice: Dice) -> Unfolding:
        """The scan somewhere in the first half of the world."""
        scan = placed(window, self.lasts, dice.between(0.25, 0.45))
        paths = dice.some([folder + name for folder in FOLDERS for name in FILES], self.probes)
        step = scan.length / len(paths)
        visits = tuple(_probe(scan.start + step * number, self.client, path) for number, path in enumerate(paths))
        return Unfolding(self._label(scan, visits), visits=visits)

    def _label(self, scan: Window, visits: tuple[Visit, ...]) -> Label:
        entity = {"type": "ip", "value": self.client}
        finding = {"kind": "path_scan", "entity": entity, "count": len(visits), "technique": "T1595.003"}
        return Label("path_scan", "path_scan", "gateway", self.client, scan, expected_findings=(finding,))


def _probe(at: datetime, client: str, path: str) -> Visit:
    refused = any(path.endswith(name) for name in FORBIDDEN)
    return Visit(at, client, path, 403 if refused else 404, 221 if refused else 178, AGENT)
