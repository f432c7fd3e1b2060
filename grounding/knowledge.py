"""What is known beside the evidence: the catalogue of actions, aliases, the inventory, and what persons confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.actions import Action
from domain.ids import DEFAULT_TENANT, Tenant
from domain.window import Window


@dataclass(frozen=True, slots=True)
class ConfirmedCause:
    """A cause that a person or a rollback confirmed: of one tenant, in one window, by an incident, run or rollback (`by`)."""

    cause: str
    effect: str
    window: Window
    tenant: Tenant = DEFAULT_TENANT
    by: str = ""


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """An incident of the record: whose it was and, where a person confirmed one, its cause."""

    id: str
    tenant: Tenant = DEFAULT_TENANT
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a check may know beside bound evidence; an empty `inventory` means that nobody knows what exists."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    inventory: frozenset[str] = frozenset()
    confirmed: tuple[ConfirmedCause, ...] = ()
    incidents: Mapping[str, KnownIncident] = field(default_factory=dict)

    def name(self, written: str) -> str:
        """The name an alias stands for; any other name as it is."""
        return self.aliases.get(written, self.aliases.get(written.casefold(), written))


NOTHING = Knowledge()
