"""Where the service may listen, and the address it announces."""

import socket

import pytest

from domain.errors import WatchfloorError, WrongUseError
from service.listening import address_of, bound


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_only_loopback_is_bound(host: str) -> None:
    with pytest.raises(WrongUseError, match="loopback only"):
        bound(host, 0)


def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WatchfloorError, match=rf"Port {port} on 127.0.0.1 cannot be bound.*--port"):
            bound("127.0.0.1", port)


def test_port_zero_is_some_free_port() -> None:
    with bound("127.0.0.1", 0) as one, bound("127.0.0.2", 0) as other:
        assert one.getsockname()[1] > 0
        assert other.getsockname()[0] == "127.0.0.2"


def test_who_comes_before_the_service_is_ready_waits() -> None:
    with bound("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname(), timeout=5) as early:
        assert listener.accept()[1] == early.getsockname()


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1:80"), ("localhost", "http://localhost:80"), ("::1", "http://[::1]:80")]
)
def test_the_address_is_a_url(host: str, address: str) -> None:
    assert address_of(host, 80) == address
