"""What an address asks for, and how it is written."""

from datetime import date

from periplo.server.query import View
from periplo.workspace import Filters


def test_an_address_says_only_what_is_asked() -> None:
    assert View(Filters()).query() == ""
    assert View(Filters(since=date(2026, 1, 1)), "30d").query() == "?period=30d"
    own = View(Filters(date(2026, 1, 1), date(2026, 2, 1), "web", "buyers"), "", "travel")
    assert own.query() == "?since=2026-01-01&until=2026-02-01&segment=buyers&channel=web&map=travel"


def test_an_address_can_be_changed() -> None:
    view = View(Filters(channel="web"), "30d")
    assert view.query(period="7d") == "?period=7d&channel=web"
    assert view.query(ref="stage/a b/ñ&x") == "?period=30d&channel=web&ref=stage/a+b/%C3%B1%26x"
    assert view.query(channel=None, page=2) == "?period=30d&page=2"
