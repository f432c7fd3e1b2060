"""Carriers of secrets as data, and a phrasebook with further ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.errors import WrongUseError
from evals.redaction.personal import PERSONAL
from evals.redaction.vendors import VENDORS

BUILT_IN = Path(__file__).with_name("carriers.yaml")
KINDS = (*VENDORS, *PERSONAL)
NAMED = ("password", "aws_secret", "azure_storage_key", "twilio_token", "api_key", "secret")
BLOCKS = ("private_key", "ssh_key")
BENIGN = "benign"
GROUPS = {"any": tuple(kind for kind in VENDORS if kind not in BLOCKS), "named": NAMED, **{kind: (kind,) for kind in KINDS}}

_SHAPES = TypeAdapter(dict[str, dict[str, tuple[str, ...]]])
_LINES = TypeAdapter(dict[str, str | tuple[str, ...] | dict[str, str | tuple[str, ...]]])


@dataclass(frozen=True, slots=True)
class Carrier:
    """A text with a blank for a secret of one kind; `shape` is the way it is written."""

    shape: str
    kind: str
    template: str


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """Further carriers and further lines without a secret."""

    carriers: tuple[Carrier, ...] = ()
    benign: tuple[str, ...] = ()


def built_in() -> tuple[Carrier, ...]:
    """The carriers of `carriers.yaml`."""
    shapes = _SHAPES.validate_python(yaml.safe_load(BUILT_IN.read_text("utf-8")))
    return tuple(
        carrier for shape, groups in shapes.items() for group, given in groups.items() for carrier in _carriers(shape, group, given)
    )


def read_phrasebook(path: Path) -> Phrasebook:
    """`{kind or any or named: [template, …], benign: [line, …]}`; kinds may stand under `carriers`. Raises WrongUseError otherwise."""
    try:
        given = _LINES.validate_python(yaml.safe_load(path.read_text("utf-8")) or {})
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError(f"the phrasebook {path.name!r} cannot be read: {error}") from error
    except (ValidationError, yaml.YAMLError) as error:
        raise WrongUseError(f"the phrasebook {path.name!r} must map kinds of secrets to lists of lines with {{secret}}: {error}") from error
    groups = dict(_flat(given))
    benign = groups.pop(BENIGN, ())
    carriers = tuple(carrier for group, lines in groups.items() for carrier in _carriers("phrasebook", group, lines))
    return Phrasebook(carriers, benign)


def _flat(given: Mapping[str, str | tuple[str, ...] | dict[str, str | tuple[str, ...]]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Groups and their lines; `carriers:` may hold groups, or lines for any kind."""
    for name, held in given.items():
        if isinstance(held, dict):
            yield from _flat(held)
        else:
            group = "any" if name in {"carriers", "all", "*"} else name
            yield group, (held,) if isinstance(held, str) else held


def _carriers(shape: str, group: str, templates: tuple[str, ...]) -> Iterator[Carrier]:
    kinds = GROUPS.get(group)
    if kinds is None:
        raise WrongUseError(f"no kind of secret is called {group!r}; there are: any, named, {BENIGN}, {', '.join(KINDS)}")
    if bare := [template for template in templates if not any(blank in template for blank in ("{secret}", "{json", "{url}", "{lines}"))]:
        raise WrongUseError(f"the line {bare[0]!r} of {group!r} has no blank {{secret}}")
    yield from (Carrier(shape, kind, template) for kind in kinds for template in templates)
