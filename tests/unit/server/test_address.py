"""Where the server may listen, and what a reader types."""

import socket

import pytest

from periplo.errors import UsageError
from periplo.language import tell
from periplo.server.address import host_of, is_loopback, take, url


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "localhost.", "shop.localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"]
)
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.4", "evil.example", "localhost.evil.example", "127.0.0.1.nip.io", ""]
)
def test_names_that_others_reach_or_may_own(host: str) -> None:
    assert not is_loopback(host)


def test_the_host_of_a_header() -> None:
    assert [host_of(h) for h in ("localhost:8765", "localhost", "[::1]:80", "[::1]", "")] == [
        "localhost",
        "localhost",
        "::1",
        "::1",
        "",
    ]


def test_port_zero_is_a_free_one() -> None:
    host, port = take("localhost", 0)
    assert host == "127.0.0.1"
    assert port > 1023


def test_a_taken_port_proposes_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as caught:
            take("127.0.0.1", port)
    assert f"Port {port} is already in use." in str(caught.value)
    assert "--port" in tell(caught.value, "es")["fix"]


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_somebody_else(host: str) -> None:
    with pytest.raises(UsageError, match="address"):
        take(host, 0)


def test_addresses_to_type() -> None:
    assert url("127.0.0.1", 80) == "http://127.0.0.1:80"
    assert url("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert url("::", 80) == url("::1", 80) == "http://[::1]:80"
