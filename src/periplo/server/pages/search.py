"""Finding a customer by a name, a mail, a phone, an order, or a part of it."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from periplo.access import Permission
from periplo.profiles import identifier_label
from periplo.server.given import TheDesk, TheReader
from periplo.server.render import page as page_of
from periplo.server.rules import needs

MOST = 50

Text = Annotated[str, QueryParameter(max_length=200)]


@get("/search", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.CUSTOMERS))
def search(desk: TheDesk, reader: TheReader, q: Text = "") -> Response[str]:
    """Nothing that is searched stands in links: what somebody typed stays on this page."""
    found = desk.shop.search(q, most=MOST)
    rows = [
        {
            "link": f"/customers/{one.number}",
            "name": one.name,
            "kind": identifier_label(one.kind, reader.lang),
            "text": "" if one.text == one.name else one.text,
        }
        for one in found
    ]
    return page_of("search.html", reader, here="/search", shop=desk.shop.settings, asked=q, rows=rows, most=MOST)
