"""What the redactor leaves of planted secrets, and what it takes from lines without one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.telemetry import LogRecord
from evals.redaction.corpus import Planted
from pipeline.redaction import Redactor
from pipeline.redaction.fields import texts

_BATCH = 500
_RUN = 16  # letters of a secret in a row that are still a leak


@dataclass(frozen=True, slots=True)
class Leak:
    """A planted secret that is still there, whole or in part."""

    planted: Planted
    left: str


def leaks(redactor: Redactor, planted: Sequence[Planted]) -> list[Leak]:
    """Those of which the whole, or half and at least 6 letters in a row (at most 16), is still in a field."""
    found = []
    for start in range(0, len(planted), _BATCH):
        batch = planted[start : start + _BATCH]
        for each, record in zip(batch, redactor.clean([one.record for one in batch]), strict=True):
            left = "\n".join(texts(record))
            if any(_is_left(form, left) for form in each.forms):
                found.append(Leak(each, left))
    return found


def touched(redactor: Redactor, lines: Iterable[str]) -> list[tuple[str, str]]:
    """Lines that come back changed, before and after."""
    records = [LogRecord(0, "benign", line) for line in lines]
    changed = []
    for start in range(0, len(records), _BATCH):
        batch = records[start : start + _BATCH]
        changed += [(old.body, _body(new)) for old, new in zip(batch, redactor.clean(batch), strict=True) if new is not old]
    return changed


def _body(record: object) -> str:
    return record.body if isinstance(record, LogRecord) else ""


def _is_left(secret: str, text: str) -> bool:
    """Whether a run of the secret is in the text; lines of a PEM block count, its title does not."""
    secret = secret.strip().rpartition("/services/")[2].rpartition("%2Fservices%2F")[2]
    size = max(6, min(_RUN, len(secret) // 2))
    runs = (secret[at : at + size] for at in range(max(1, len(secret) - size + 1)))
    return any(run in text for run in runs if "----" not in run and "PRIVATE" not in run)
