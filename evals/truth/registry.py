"""Truth functions by name, as cases name them: `sshd.break_ins`."""

from collections.abc import Mapping
from types import ModuleType

from domain.errors import WrongUseError
from evals.truth import access, application, blame, logins, probes, requests, signals, sshd, text, waste
from evals.truth.source import Truth

MODULES: Mapping[str, ModuleType] = {
    "access": access,
    "application": application,
    "blame": blame,
    "logins": logins,
    "probes": probes,
    "requests": requests,
    "signals": signals,
    "sshd": sshd,
    "text": text,
    "waste": waste,
}


def truth_of(name: str) -> Truth:
    """The truth function of a name. Raises WrongUseError when there is none."""
    module, _, function = name.partition(".")
    found = getattr(MODULES.get(module), function, None)
    if not callable(found) or function.startswith("_"):
        raise WrongUseError(f"there is no truth function {name!r}; its module must be one of {sorted(MODULES)}")
    truth: Truth = found
    return truth
