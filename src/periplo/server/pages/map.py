"""The map page, and the part of it that renews itself."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from litestar import Response, get
from markupsafe import Markup

from periplo.access import Permission
from periplo.language import Lang, t
from periplo.maps import MapReading, draw, printed, templates
from periplo.server.desk import Desk
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.pages.figures import figures
from periplo.server.pages.terms import stage_terms, terms
from periplo.server.query import ALL, PERIODS, View, channels, newest_day, oldest_day
from periplo.server.reader import Reader
from periplo.server.render import page
from periplo.server.rules import needs

FILES = {
    "svg": "Picture for screens",
    "png": "Picture",
    "pdf": "For print",
    "html": "One page",
    "csv": "Table",
    "json": "Data",
    "mmd": "Diagram in words",
}
PERIOD_LABELS = {"7d": "7 days", "30d": "30 days", "90d": "90 days", ALL: "All"}


@get("/", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.NUMBERS))
def map_page(desk: TheDesk, view: TheView, reader: TheReader) -> Response[str]:
    return shown("map.html", desk, view, reader)


@get("/part", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.NUMBERS))
def map_part(desk: TheDesk, view: TheView, reader: TheReader) -> Response[str]:
    """The same without its frame: what the script fetches and puts in place."""
    return shown("part.html", desk, view, reader)


def shown(template: str, desk: Desk, view: View, reader: Reader) -> Response[str]:
    """The page, or a part of it, from its template."""
    version = desk.shop.version()
    return page(template, reader, here=f"/{view.query()}", version=version, **_board(desk, view, reader))


def _board(desk: Desk, view: View, reader: Reader) -> dict[str, Any]:
    lang = reader.lang
    reading = desk.reading(view)
    return {
        "shop": desk.shop.settings,
        "view": view,
        "narrowed": view != View(type(view.filters)()),
        "figures": figures(desk, view, lang),
        "nothing": _nothing(desk, view, lang),
        "svg": _picture(desk, view, reading, lang),
        "paper": desk.remembered(("paper", view, lang), lambda: Markup(printed(reading, lang))),
        "terms": terms(reading, lang),
        "stage_terms": stage_terms(desk, view, reading, lang),
        "files": [
            {"name": kind.upper(), "use": t(use, lang), "link": f"/map/{kind}{view.query()}"}
            for kind, use in FILES.items()
        ],
        **desk.remembered(("choices", view, lang), lambda: _choices(desk, view, lang)),
    }


def _nothing(desk: Desk, view: View, lang: Lang) -> str:
    """What to do where there are no events to see; empty where there are some."""
    if not desk.shop.journeys().columns.events:
        folder = desk.shop.path
        return t("This shop has no events yet. Read some in: periplo import FILE --into {shop}", lang, shop=folder)
    if not desk.journeys(view).columns.events:
        return t("Nothing happened in this view. Choose another period, or clear the filters.", lang)
    return ""


def _picture(desk: Desk, view: View, reading: MapReading, lang: Lang) -> Markup:
    """The map with every number a link to the customers behind it."""

    def opened(ref: str) -> str:
        return f"/customers{view.query(ref=ref)}"

    return desk.remembered(("picture", view, lang), lambda: Markup(draw(reading, lang, "auto", opened, fonts=False)))


def _choices(desk: Desk, view: View, lang: Lang) -> dict[str, Any]:
    """What the filters can be, as pairs of value and label; an empty value does not filter."""
    shop, words = desk.shop, desk.shop.taxonomy
    segments = [(name, shop.segment_label(name, lang)) for name in shop.segments()]
    found = [(name, words.channel_label(name, lang)) for name in channels(shop)]
    return {
        "oldest": oldest_day(shop),
        "newest": newest_day(shop),
        "periods": [_period(period, view, lang) for period in (*PERIODS, ALL)],
        "segments": [("", t("All customers", lang)), *segments],
        "channels": [("", t("All channels", lang)), *sorted(found, key=itemgetter(1))],
        "maps": [("", t("Default map", lang)), *((name, _map_label(name, lang)) for name in shop.maps())],
    }


def _period(period: str, view: View, lang: Lang) -> dict[str, Any]:
    asked = period if period in PERIODS else None
    return {
        "id": period,
        "label": t(PERIOD_LABELS[period], lang),
        "query": view.query(period=asked, since=None, until=None),
        "chosen": period == view.period,
    }


def _map_label(name: str, lang: Lang) -> str:
    """The name of one of our templates in the reader's language; a shop's own map as it is named."""
    return t(name.capitalize(), lang) if name in templates() else name
