"""What the routes need that take pushes, and nothing else: a receiver alone has it as well as the whole product."""

from collections.abc import Callable
from typing import Protocol

from domain.telemetry import Signal
from pipeline.receive import Receiver
from service.settings import Settings

EncodeResponse = Callable[[Signal, str, int, str], bytes]


class Gate(Protocol):
    """The way in of a process."""

    @property
    def settings(self) -> Settings: ...
    @property
    def receiver(self) -> Receiver: ...
    @property
    def encode_response(self) -> EncodeResponse: ...
