"""Scenarios by name: which faults a world has."""

from collections.abc import Mapping

from simulator.fault import Fault
from simulator.faults.bad_deploy import BadDeploy
from simulator.faults.path_scan import PathScan
from simulator.faults.ssh_guessing import SshGuessing

SCENARIOS: Mapping[str, tuple[Fault, ...]] = {
    "sample": (BadDeploy(), PathScan(), SshGuessing()),
    "quiet": (),
}
