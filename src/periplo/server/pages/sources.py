"""The sources of the shop: how each does, and its write key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from litestar import Response, get, post
from litestar.response import Redirect
from markupsafe import Markup

from periplo.access import By, Permission
from periplo.drawing.bars import bars
from periplo.errors import PeriploError, UnknownName, UsageError
from periplo.language import Lang, number, t
from periplo.log import Source
from periplo.server.desk import Desk
from periplo.server.given import TheCaller, TheDesk, TheReader, TheVisitor
from periplo.server.keys import UNVERSIONED
from periplo.server.pages.customers import At, pages
from periplo.server.pages.doing import doing
from periplo.server.pages.doors import Form
from periplo.server.reader import Reader
from periplo.server.render import own_page, wrong
from periplo.server.rules import needs

SOURCES = needs(Permission.EDIT, UNVERSIONED)
SIZE = 20


@get("/sources", include_in_schema=False, sync_to_thread=True, opt=SOURCES)
def sources(desk: TheDesk, reader: TheReader, page: At = 1) -> Response[str]:
    return _sources(desk, reader, page)


@post("/sources/add", include_in_schema=False, sync_to_thread=True, opt=SOURCES)
def add(
    data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """A new source with a write key."""

    def made() -> Source:
        channel = data.get("channel", "")
        if channel and channel not in desk.shop.taxonomy.channels:
            raise UnknownName("channel", channel[:60], desk.shop.taxonomy.channels)
        return desk.shop.sources.add(data.get("name", "").strip(), channel=channel, origins=_sites(data))

    return _changed(desk, reader, By(visitor.who, caller.address), "source_added", made)


@post("/sources/allow", include_in_schema=False, sync_to_thread=True, opt=SOURCES)
def allow(
    data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    change = partial(desk.shop.sources.allow, data.get("name", ""), _sites(data))
    return _changed(desk, reader, By(visitor.who, caller.address), "source_allowed", change)


@post("/sources/rotate", include_in_schema=False, sync_to_thread=True, opt=SOURCES)
def rotate(
    data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """A new key; the old one is refused from then on."""
    change = partial(desk.shop.sources.rotate, data.get("name", ""))
    return _changed(desk, reader, By(visitor.who, caller.address), "source_rotated", change)


@post("/sources/remove", include_in_schema=False, sync_to_thread=True, opt=SOURCES)
def remove(
    data: Form, desk: TheDesk, visitor: TheVisitor, caller: TheCaller, reader: TheReader
) -> Response[str] | Redirect:
    """Its key is refused from then on; its events stay."""
    name = data.get("name", "")
    try:
        desk.shop.sources.remove(name)
    except UsageError as error:
        return _sources(desk, reader, 1, error)
    desk.shop.access.audit.note(By(visitor.who, caller.address), "source_removed", name)
    return Redirect("/sources", status_code=303)


def _changed(desk: Desk, reader: Reader, by: By, action: str, change: Callable[[], Source]) -> Response[str] | Redirect:
    """Changes a source and notes it, or says what is wrong."""
    try:
        changed = change()
    except UsageError as error:
        return _sources(desk, reader, 1, error)
    desk.shop.access.audit.note(by, action, changed.name)
    return Redirect(f"/sources#{changed.name}", status_code=303)


def _sites(data: dict[str, str]) -> list[str]:
    return data.get("sites", "").replace(",", " ").split()


def _sources(desk: Desk, reader: Reader, at: int, error: PeriploError | None = None) -> Response[str]:
    shop, lang = desk.shop, reader.lang
    reports, keyed = shop.source_reports(), {one.name: one for one in shop.sources.all()}
    shown = reports[(at - 1) * SIZE : at * SIZE]
    return own_page(
        "sources.html",
        reader,
        error,
        here=_address(at),
        shop=shop.settings,
        wrong=wrong(error, reader) if error else None,
        sources=[
            doing(one, lang, shop.settings.time_zone)
            | {"bars": _bars(one.days, lang), "key": keyed.get(one.name), "hook": one.name in shop.settings.connectors}
            for one in shown
        ],
        pages=pages(_address, at, SIZE, len(shown), len(reports)),
        channels=[(name, shop.taxonomy.channel_label(name, lang)) for name in shop.taxonomy.channels],
    )


def _address(page: int) -> str:
    return f"/sources?page={page}" if page > 1 else "/sources"


def _bars(days: list[int], lang: Lang) -> Markup:
    ago = [
        t("today", lang) if not back else t("{n} {n:day|days} ago", lang, n=number(back, lang))
        for back in range(len(days) - 1, -1, -1)
    ]
    told = [f"{when}: {number(count, lang)}" for when, count in zip(ago, days, strict=True)]
    title = t("Events of each of the last {n} days", lang, n=number(len(days), lang))
    return Markup(bars(days, told, title))  # drawn by us, with all texts escaped
