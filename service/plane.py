"""The data plane of a service: what receives, loads and writes, over one queue."""

import logging
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.flagging import Flagger
from domain.decoding import OtlpDecoder
from domain.errors import StoreError
from domain.ports import Clock, Documents, StateStore, TelemetryStore
from domain.queue import EventQueue
from observability.metrics import Metrics
from pipeline.admission import Admission
from pipeline.breaker import retry_delays
from pipeline.finishing import Finisher
from pipeline.follow import Follower
from pipeline.letters.box import LetterBox
from pipeline.limits import Cardinality, limited
from pipeline.loader import Desk as LoaderDesk
from pipeline.loader import Loader
from pipeline.plane import DataPlane, MakeWorker, OpenQueue
from pipeline.policies import PolicyBook
from pipeline.quotas import Quota, Quotas
from pipeline.reading import Record
from pipeline.receive import Desk as ReceiverDesk
from pipeline.receive import Receiver
from pipeline.redaction import Redactor
from pipeline.sampling import TailSampler
from pipeline.worker import Desk as WorkerDesk
from pipeline.worker import Worker
from pipeline.writer import Writer
from service.settings import Settings

log = logging.getLogger(__name__)

MOST_VALUES = 1_000
OPEN = ["open", "acknowledged", "investigating", "identified"]
KEY_FILE = "redaction.key"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the data plane stands on."""

    settings: Settings
    store: TelemetryStore
    state: StateStore
    decoder: OtlpDecoder
    flagger: Flagger
    policies: PolicyBook
    incidents: "OpenIncidents"
    sampler: TailSampler
    open_queue: OpenQueue
    clock: Clock
    metrics: Metrics
    secret: bytes


class OpenIncidents:
    """The services of incidents that are open now, as last looked up: their requests are kept."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._services: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        """The services."""
        return self._services

    async def refresh(self) -> None:
        """Look them up; a database that fails leaves what was known."""
        try:
            found = await self._documents.find("incident", {"status": OPEN})
        except StoreError as error:
            log.warning("sampling.incidents_unread", extra={"error": str(error)})
            return
        self._services = frozenset(service for one in found for service in one["services"])


@dataclass(frozen=True, slots=True)
class Intake:
    """The ways in, and the plane behind them."""

    plane: DataPlane
    receiver: Receiver
    loader: Loader
    follower: Follower


class Cleaner:
    """Limits first, so that nothing unbounded is searched for secrets."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def clean(self, records: Sequence[Record]) -> Sequence[Record]:
        """The records fit to persist."""
        return self._redactor.clean([limited(record)[0] for record in records])

    def text(self, value: str) -> str:
        """A text fit to persist."""
        return self._redactor.text(value)


def build_intake(around: Surroundings, *, has_worker: bool = True) -> Intake:
    """Everything wired, nothing opened: the queue is when something is received."""
    settings, clock, cleaner = around.settings, around.clock, Cleaner(Redactor(around.secret, around.metrics))
    letters = LetterBox(around.state, clock, around.metrics, cleaner.text, retry_delays)
    plane = DataPlane(around.open_queue, _worker_maker(around, letters) if has_worker else None, around.store.counted)
    admission = Admission(settings.partitions, cleaner, clock)
    quotas = Quotas(Quota(settings.quota_records_per_s, settings.quota_bytes_per_s))
    desk = LoaderDesk(plane, around.store, around.state, around.decoder, admission, clock, letters)
    hasty = frozenset(name.strip() for name in settings.ack_memory.split(",") if name.strip())
    receiving = ReceiverDesk(plane, letters, around.decoder, admission, quotas, clock, around.metrics, settings.raw_days, hasty)
    return Intake(plane, Receiver(receiving), Loader(desk), Follower(desk))


def redaction_key(folder: Path) -> bytes:
    """The installation's key, made once: equal secrets stay comparable in one installation and nowhere else."""
    path = folder / KEY_FILE
    if not path.exists():
        made = path.with_suffix(f".{os.getpid()}")
        made.touch(mode=0o600)
        made.write_bytes(secrets.token_bytes(32))
        made.replace(path)
    return path.read_bytes()


def _worker_maker(around: Surroundings, letters: LetterBox) -> MakeWorker:
    async def make(queue: EventQueue) -> Worker:
        return Worker(
            WorkerDesk(
                queue=queue,
                store=around.store,
                finisher=Finisher(await around.store.templates(), around.flagger),
                sampler=around.sampler,
                writer=Writer(around.store, queue, letters.refused, clock=around.clock, meter=around.metrics, delays=retry_delays),
                guard=Cardinality(MOST_VALUES).kept,
                poisoned=letters.unreadable,
                meter=around.metrics,
                delays=retry_delays,
                owner=f"{socket.gethostname()}-{os.getpid()}",
                clock=around.clock,
            )
        )

    return make
