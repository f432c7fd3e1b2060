"""The telemetry store of a process that has none: a receiver alone. Whatever asks it anything is told so."""

from typing import Any, NoReturn

from domain.errors import StoreError


class AbsentStore:
    """No telemetry store."""

    def __getattr__(self, name: str) -> Any:
        async def refuse(*_given: Any, **_named: Any) -> NoReturn:
            raise StoreError(f"this process only receives and has no telemetry store, so {name!r} cannot be asked here")

        return refuse
