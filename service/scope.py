"""What a request means by its zone, its times and its window, over what is stored."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agents.windows import parse_time
from domain.errors import NothingFoundError, WrongUseError
from domain.telemetry import Extent
from domain.window import Window, rfc3339
from graph.scoping import STALE_AFTER, stored
from service.parts import Parts
from service.requests import FIRST_YEAR, LAST_YEAR

LONGEST = timedelta(hours=24)


def zone(name: str) -> str:
    """A zone that exists. Raises WrongUseError for one that does not."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise WrongUseError(f"Unknown time zone {name!r}; use a name such as Europe/Berlin or UTC.") from error
    return name


async def window(parts: Parts, start: str, end: str, tz: str) -> Window | None:
    """The window asked for; None where neither end is given. Raises NothingFoundError where nothing is stored in it."""
    if not start and not end:
        return None
    extent = await extent_of(parts)
    everything = stored(extent, tz)
    now = reference(parts, extent)
    first = instant(start, now) if start else everything.start
    last = instant(end, now) if end else everything.end
    if last > first:
        return Window(first, last, tz)
    if start and end:
        raise WrongUseError(f"The window ends ({rfc3339(last)}) before it starts ({rfc3339(first)}); check --from and --to.")
    asked = f"from {rfc3339(first)} on" if start else f"before {rfc3339(last)}"
    raise NothingFoundError(f"Nothing is stored {asked}; the data go from {rfc3339(everything.start)} to {rfc3339(everything.end)}.")


def instant(text: str, now: datetime) -> datetime:
    """A time given as an option. Raises WrongUseError for one that cannot be read or stored."""
    try:
        at = parse_time(text, now)
    except OverflowError as error:
        raise WrongUseError(f"{text!r} lies before the calendar begins; give a shorter time back.") from error
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise WrongUseError(f"{text!r} is outside the years that can be stored, {FIRST_YEAR} to {LAST_YEAR}.")
    return at


def reference(parts: Parts, extent: Extent) -> datetime:
    """What relative times count from: now, or the end of what is stored where that is older than a day."""
    now = parts.clock.now()
    return stored(extent, "UTC").end if now - extent.newest > STALE_AFTER else now


async def latest(parts: Parts, tz: str) -> Window:
    """The last 24 h that are stored. Raises NothingFoundError where nothing is."""
    everything = stored(await extent_of(parts), tz)
    return Window(max(everything.start, everything.end - LONGEST), everything.end, tz)


async def extent_of(parts: Parts) -> Extent:
    """What is stored. Raises NothingFoundError where nothing is."""
    extent = await parts.store.extent()
    if extent is None:
        raise NothingFoundError("Nothing is stored yet. Load something first: watchfloor ingest FILE")
    return extent
