"""Who reads, and how: language, theme and whether customers have names, as the browser asks and the reader chose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from litestar.connection import ASGIConnection

from periplo.access import NOBODY, Visitor
from periplo.language import LANGUAGES, Lang, choose

Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
Names = Literal["shown", "hidden"]
NAMES: tuple[Names, ...] = get_args(Names)
LANG_COOKIE, THEME_COOKIE, NAMES_COOKIE = "periplo_lang", "periplo_theme", "periplo_names"


@dataclass(frozen=True)
class Reader:
    lang: Lang = "en"
    theme: Theme = "auto"
    names: Names = "shown"
    who: Visitor = NOBODY


def reader_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Reader:
    """A choice made before (cookie) goes before the browser's ``Accept-Language``; unknown values do not count."""
    lang = connection.cookies.get(LANG_COOKIE)
    theme = connection.cookies.get(THEME_COOKIE)
    return Reader(
        lang if lang in LANGUAGES else choose(connection.headers.get("accept-language")),
        theme if theme in THEMES else "auto",
        "hidden" if connection.cookies.get(NAMES_COOKIE) == "hidden" else "shown",
        (connection.scope.get("state") or {}).get("visitor", NOBODY),
    )
