"""How every serving command begins: its socket, its signals, its log."""

import gc
import signal
import socket
import sys

from domain.errors import WatchfloorError, WrongUseError
from observability.events import log_json, log_text
from service.guard import is_loopback

GRACE_S = 3
SWITCH_S = 0.001  # a thread that computes gives way this often: the event loop has answers to send
COLLECT_AFTER = (50_000, 20, 50)  # records come and go by the ten thousand; what stays from the start is never looked at again


def begin(log_format: str) -> None:
    """Signals unwind the process, and events are logged as asked."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _ended)
    (log_json if log_format == "json" else log_text)(sys.stderr)


def settle() -> None:
    """Once everything is open: set up threads and memory for answering while much is computed beside."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def _ended(number: int, _frame: object) -> None:
    """Unwind instead of dying on the spot: stores are closed, the folder is let go. uvicorn raises its signal again when done."""
    sys.exit(128 + number)


def address_of(host: str, port: int) -> str:
    """The URL a host and port are reached at."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def bound(host: str, port: int) -> socket.socket:
    """A socket listening on a loopback address. Raises WrongUseError for other addresses, WatchfloorError for a taken port."""
    if not is_loopback(host):
        raise WrongUseError(f"Without API keys the service binds to loopback only, not to {host!r}; use 127.0.0.1 behind a reverse proxy.")
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # who comes while the demo loads waits for the answer instead of being turned away
    except OSError as error:
        listener.close()
        raise WatchfloorError(f"Port {port} on {host} cannot be bound ({error.strerror}); choose another with --port.") from error
    return listener
