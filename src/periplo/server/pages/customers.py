"""The customers behind a number of the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from periplo.access import Permission
from periplo.analysis.listing import Listing
from periplo.analysis.periods import instant
from periplo.language import Lang, day, money, number, t
from periplo.server.desk import Desk
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.naming import title_of
from periplo.server.pages.told import told
from periplo.server.query import View
from periplo.server.render import page as page_of
from periplo.server.rules import needs

SIZE = 50

At = Annotated[int, QueryParameter(ge=1, le=1_000_000)]
"""Which page of a list, from 1."""


@dataclass(frozen=True)
class Asked:
    """What the address asks beside the view: which number, in which order, which page (from 1)."""

    view: View
    ref: str | None
    sort: str
    up: bool
    page: int

    def address(self, **changes: str | int | None) -> str:
        now: dict[str, str | int | None] = {"ref": self.ref, "sort": self.sort, "order": "up" if self.up else None}
        return f"/customers{self.view.query(**(now | changes))}"


@get("/customers", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.CUSTOMERS))
def customers(
    desk: TheDesk,
    view: TheView,
    reader: TheReader,
    ref: FromQuery[str | None] = None,
    sort: FromQuery[str | None] = None,
    order: FromQuery[str | None] = None,
    page: At = 1,
) -> Response[str]:
    asked = Asked(view, ref or None, sort or "last", order == "up", page)
    found = desk.listed(view, asked.ref).sorted(asked.sort, up=asked.up)
    shown = found.pick(slice((page - 1) * SIZE, page * SIZE))
    return page_of(
        "customers.html",
        reader,
        here=asked.address(page=page),
        shop=desk.shop.settings,
        view=asked.view,
        heading=_heading(len(found), reader.lang),
        title=title_of(desk, asked.view, asked.ref, reader.lang),
        told=told(desk, asked.view, reader.lang),
        heads=_heads(asked, reader.lang),
        rows=_rows(desk, shown, reader.lang),
        pages=pages(asked.address, page, SIZE, len(shown), len(found)),
    )


def pages(address: Any, at: int, size: int, shown: int, total: int) -> dict[str, Any]:
    """What stands below a list: from where to where, and the ways to the pages before and after."""
    return {
        "first": (at - 1) * size + 1,
        "last": (at - 1) * size + shown,
        "total": total,
        "before": address(page=at - 1) if at > 1 else None,
        "after": address(page=at + 1) if at * size < total else None,
    }


def _heading(total: int, lang: Lang) -> str:
    return t("{n} {n:customer|customers}", lang, n=number(total, lang))


def _heads(asked: Asked, lang: Lang) -> list[dict[str, Any]]:
    labels = {
        "first": t("First seen", lang),
        "last": t("Last seen", lang),
        "events": t("Events", lang),
        "orders": t("Orders", lang),
        "spent": t("Spent, gross", lang),
    }
    return [
        {
            "label": label,
            "link": asked.address(sort=name, order="up" if name == asked.sort and not asked.up else None),
            "sorted": None if name != asked.sort else "ascending" if asked.up else "descending",
            "number": name in ("events", "orders", "spent"),
        }
        for name, label in labels.items()
    ]


def _rows(desk: Desk, shown: Listing, lang: Lang) -> list[dict[str, Any]]:
    zone = desk.shop.settings.time_zone
    return [
        {
            "name": name,
            "link": f"/customers/{shown.number[i]}",
            "cells": [
                day(instant(int(shown.first_us[i])), lang, zone),
                day(instant(int(shown.last_us[i])), lang, zone),
                number(shown.events[i], lang),
                number(shown.orders[i], lang),
                " + ".join(money(of[i], currency, lang) for currency, of in shown.spent.items() if of[i]) or "–",
            ],
        }
        for i, name in enumerate(desk.shop.customer_names(shown.number))
    ]
