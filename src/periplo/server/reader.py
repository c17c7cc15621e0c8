"""Who reads, and how: the language and the theme, from what the browser asks and what the reader chose before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from litestar.connection import ASGIConnection

from periplo.access import NOBODY, Visitor
from periplo.language import LANGUAGES, Lang, choose

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
LANG_COOKIE, THEME_COOKIE = "periplo_lang", "periplo_theme"


@dataclass(frozen=True)
class Reader:
    lang: Lang = "en"
    theme: Theme = "auto"
    who: Visitor = NOBODY


def reader_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Reader:
    """A choice made before (cookie) goes before the browser's ``Accept-Language``; unknown values do not count."""
    lang = connection.cookies.get(LANG_COOKIE)
    theme = connection.cookies.get(THEME_COOKIE)
    return Reader(
        lang if lang in LANGUAGES else choose(connection.headers.get("accept-language")),
        theme if theme in THEMES else "auto",
        (connection.scope.get("state") or {}).get("visitor", NOBODY),
    )
