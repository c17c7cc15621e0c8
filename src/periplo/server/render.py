"""Pages from templates, in the reader's language and theme."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from periplo.errors import PeriploError, TooManyTries
from periplo.language import LANGUAGES, number, t, tell
from periplo.server import assets
from periplo.server.reader import THEMES, Reader
from periplo.server.release import RELEASE

_templates = Environment(
    loader=PackageLoader("periplo.server"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(asset=assets.address, release=RELEASE, languages=LANGUAGES, themes=THEMES)


def render(template: str, reader: Reader, **values: Any) -> str:
    """The text of a page. Templates find ``t`` and ``number`` set to the reader's language."""
    lang = reader.lang

    def told(text: str, /, **inside: object) -> str:
        return t(text, lang, **inside)

    def numbered(value: float) -> str:
        return number(value, lang)

    return _templates.get_template(template).render(reader=reader, t=told, number=numbered, **values)


def page(template: str, reader: Reader, status: int = 200, **values: Any) -> Response[str]:
    return Response(
        render(template, reader, **values),
        status_code=status,
        media_type="text/html",
        headers={"Content-Language": reader.lang},
    )


def own_page(template: str, reader: Reader, error: PeriploError | None = None, **values: Any) -> Response[str]:
    """A page that is for this one reader now: kept by nobody. ``error``: why the same form is shown again."""
    answer = page(template, reader, error.http_status if error else 200, **values)
    answer.headers["Cache-Control"] = "no-store"
    if isinstance(error, TooManyTries):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def wrong(error: PeriploError, reader: Reader) -> dict[str, str]:
    """An error in the reader's words, to stand above the form."""
    return tell(error, reader.lang)
