"""Where a request comes from, whether it is forged, and the cookie of a session."""

import asyncio
from typing import Any

import pytest
from litestar import Request
from litestar.exceptions import PermissionDeniedException
from litestar.testing import RequestFactory

from periplo.access import NOBODY, Visitor
from periplo.server.caller import caller_of
from periplo.server.cookie import SessionCookie
from periplo.server.door import local
from periplo.server.forgery import check_form, check_origin
from periplo.server.proxies import Proxies

HERE = RequestFactory(server="map.example", port=8765)
COOKIE = SessionCookie("a shop")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("/", "/"), ("/customers?page=2", "/customers?page=2"), ("//a", "/"), ("/\\a", "/"), ("a", "/"), ("/a\r\nb", "/")],
)
def test_only_addresses_of_this_server(given: str, kept: str) -> None:
    assert local(given) == kept


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://map.example:8765", "Host": "map.example:8765"},
        {"Origin": "HTTP://MAP.example:8765", "Host": "map.EXAMPLE:8765"},
    ],
)
def test_what_began_here_is_ours(headers: dict[str, str]) -> None:
    check_origin(HERE.post(headers=headers), rides=True)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://map.example:8765", "Host": "map.example:8765"},
        {"Origin": "http://evil.example", "Host": "map.example:8765"},
        {"Origin": "http://map.example:8765.evil.example", "Host": "map.example:8765"},
        {"Origin": "null", "Host": "map.example:8765"},
        {"Origin": "", "Host": "map.example:8765"},
    ],
)
def test_what_began_elsewhere_is_not(headers: dict[str, str]) -> None:
    for rides in (True, False):
        with pytest.raises(PermissionDeniedException):
            check_origin(HERE.post(headers=headers), rides=rides)


def test_what_does_not_say_where_it_began_may_not_ride_on_a_cookie() -> None:
    check_origin(HERE.post(), rides=False)
    with pytest.raises(PermissionDeniedException):
        check_origin(HERE.post(), rides=True)


@pytest.mark.parametrize("given", ["", "wrong", "Ã±"])
def test_a_form_without_the_secret_of_the_session_is_refused(given: str) -> None:
    visitor = Visitor("person", csrf="right")
    with pytest.raises(PermissionDeniedException):
        asyncio.run(check_form(HERE.post(headers={"x-csrf-token": given}), visitor))
    asyncio.run(check_form(HERE.post(headers={"x-csrf-token": "right"}), visitor))


def through(request: Request[Any, Any, Any], peer: str) -> Request[Any, Any, Any]:
    """The request as it is when this proxy has passed it on."""
    proxies = Proxies(["127.0.0.0/8", "::1", "10.1.0.0/16"])
    return Request(proxies.seen_through(request.scope | {"client": (peer, 1)}))


@pytest.mark.parametrize(
    ("peer", "headers", "address", "secure"),
    [
        ("198.51.100.7", {}, "198.51.100.7", False),
        ("198.51.100.7", {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"}, "198.51.100.7", False),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, "203.0.113.9", True),
        ("::1", {"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, "203.0.113.9", False),
        ("127.0.0.1", {}, "127.0.0.1", False),
        ("::ffff:127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, "203.0.113.9", False),
        ("10.1.2.3", {"X-Forwarded-For": "203.0.113.9, 10.1.0.1, 127.0.0.1"}, "203.0.113.9", False),
        ("10.1.2.3", {"X-Forwarded-For": "6.6.6.6, unknown, 10.1.0.1"}, "10.1.0.1", False),
        ("10.1.2.3", {"X-Forwarded-For": "2001:db8::9"}, "2001:db8::9", False),
        ("10.2.0.1", {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}, "10.2.0.1", False),
        ("127.0.0.1", {"X-Forwarded-For": "x", "X-Forwarded-Proto": "gopher"}, "127.0.0.1", False),
    ],
)
def test_a_proxy_that_is_trusted_is_believed(peer: str, headers: dict[str, str], address: str, secure: bool) -> None:
    caller = caller_of(through(HERE.get(headers=headers), peer))
    assert (caller.address, caller.secure) == (address, secure)
    assert caller.proxied == bool(headers)


def test_behind_tls_the_cookie_is_bound_to_the_host() -> None:
    request = through(HERE.get(headers={"X-Forwarded-Proto": "https"}), "127.0.0.1")
    cookie = COOKIE.carrying("secret", caller_of(request))
    assert cookie.key.startswith("__Host-")
    assert (cookie.secure, cookie.httponly, cookie.samesite, cookie.path, cookie.domain) == (
        True,
        True,
        "lax",
        "/",
        None,
    )


def test_two_servers_of_one_machine_do_not_share_their_cookies() -> None:
    caller = caller_of(HERE.get())
    assert COOKIE.name(caller) != SessionCookie("another shop").name(caller)
    assert not COOKIE.name(caller).startswith("__Host-")


def test_nobody_may_nothing() -> None:
    assert NOBODY.may == frozenset()
