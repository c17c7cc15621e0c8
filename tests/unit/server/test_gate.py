"""The token and the cookie that stands for it."""

import pytest
from litestar.testing import RequestFactory

from periplo.server.gate import Key, without_token
from periplo.server.pages.doors import local

KEY = Key("täken")


def test_only_the_token_itself_fits() -> None:
    assert KEY.fits("täken")
    assert not any(KEY.fits(other) for other in ("", "taken", "täken ", "TÄKEN"))


def test_the_cookie_opens_only_its_own_key() -> None:
    cookie = KEY.cookie(secure=True)
    assert (cookie.httponly, cookie.secure, cookie.samesite) == (True, True, "lax")
    request = RequestFactory().get(cookies=[cookie])
    assert KEY.opens(request)
    assert not Key("other").opens(request)


def test_the_address_without_its_token() -> None:
    request = RequestFactory().get("/customers", query_params={"token": "x", "ref": "a/b", "page": "2"})
    assert without_token(request) == "/customers?ref=a%2Fb&page=2"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("/", "/"), ("/customers?page=2", "/customers?page=2"), ("//a", "/"), ("/\\a", "/"), ("a", "/"), ("/a\r\nb", "/")],
)
def test_only_addresses_of_this_server(given: str, kept: str) -> None:
    assert local(given) == kept
