"""The language and theme of a reader."""

from litestar.datastructures import Cookie
from litestar.testing import RequestFactory

from periplo.server.reader import Reader, reader_of


def test_the_browser_speaks_for_a_new_reader() -> None:
    assert reader_of(RequestFactory().get()) == Reader("en", "auto")
    assert reader_of(RequestFactory().get(headers={"Accept-Language": "es-MX,en;q=0.3"})) == Reader("es", "auto")


def test_a_choice_goes_first_unless_it_is_unknown() -> None:
    spanish = {"Accept-Language": "es"}
    chosen = [Cookie(key="periplo_lang", value="en"), Cookie(key="periplo_theme", value="dark")]
    assert reader_of(RequestFactory().get(headers=spanish, cookies=chosen)) == Reader("en", "dark")
    wrong = [Cookie(key="periplo_lang", value="xx"), Cookie(key="periplo_theme", value="pink")]
    assert reader_of(RequestFactory().get(headers=spanish, cookies=wrong)) == Reader("es", "auto")
