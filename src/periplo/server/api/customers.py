"""The customers behind a number, and one customer with the whole journey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from litestar.params import FromPath, QueryParameter

from periplo.access import Permission
from periplo.analysis.listing import Listing
from periplo.errors import UnknownName
from periplo.events.schema import EVENT_FIELDS
from periplo.language import Lang
from periplo.server.api.answering import asked
from periplo.server.api.parameters import Limit, Offset, route
from periplo.server.api.shapes import CustomerAnswer, CustomersAnswer, FoundAnswer, Happened
from periplo.server.desk import Desk
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.naming import title_of
from periplo.server.person import person_of
from periplo.server.query import View
from periplo.server.timeline import Stage

ORDERS = ("down", "up")
FIELDS = frozenset(EVENT_FIELDS) - {"occurred_at", "event", "channel", "properties", "context"}

Ref = Annotated[str | None, QueryParameter(description="The reference of a number, as answers carry it.")]
Sort = Annotated[str, QueryParameter(description="last, first, events, orders or spent.")]
Text = Annotated[str, QueryParameter(max_length=200, description="What to look for.")]
Most = Annotated[int, QueryParameter(ge=1, le=100, description="How many at most.")]
Order = Annotated[str, QueryParameter(description="down: the largest first; up: the smallest first.")]


@route("/customers", Permission.CUSTOMERS, tags=["Customers"], summary="Customers behind a number")
def customers(
    desk: TheDesk,
    view: TheView,
    reader: TheReader,
    ref: Ref = None,
    sort: Sort = "last",
    order: Order = "down",
    limit: Limit = 50,
    offset: Offset = 0,
) -> CustomersAnswer:
    """Who is behind a number of the map, or everybody, with what they did in the period."""
    found = desk.listed(view, ref)
    return listed(desk, view, found, title_of(desk, view, ref, reader.lang), sort, order, limit, offset)


def listed(
    desk: Desk, view: View, found: Listing, title: str, sort: str, order: str, limit: int, offset: int
) -> CustomersAnswer:
    """A part of a list of customers, sorted."""
    if order not in ORDERS:
        raise UnknownName("direction", order[:60], ORDERS)
    found = found.sorted(sort, up=order == "up")
    return CustomersAnswer(
        version=desk.shop.version(),
        filters=asked(view),
        title=title,
        total=len(found),
        offset=offset,
        customers=[*found.pick(slice(offset, offset + limit)).rows(desk.shop.customer_names)],
    )


@route("/search", Permission.CUSTOMERS, tags=["Customers"], summary="Find a customer")
def search(desk: TheDesk, q: Text, limit: Most = 20) -> FoundAnswer:
    """By name, mail, phone, order number or any other identifier, or a part of it; case and accents do not count."""
    return FoundAnswer(version=desk.shop.version(), found=desk.shop.search(q, most=limit))


@route("/customers/{number:int}", Permission.CUSTOMERS, tags=["Customers"], summary="One customer")
def customer(
    desk: TheDesk, reader: TheReader, number: FromPath[int], limit: Limit = 500, offset: Offset = 0
) -> CustomerAnswer:
    """Who it is, and the journey through all channels."""
    person = person_of(desk, number, reader.lang)
    part = slice(offset, offset + limit)
    shown = zip(person.events[part], person.staged[part], strict=True)
    return CustomerAnswer(
        version=desk.shop.version(),
        profile=person.profile,
        total=len(person.events),
        offset=offset,
        events=[_happened(event, stage, desk, reader.lang) for event, stage in shown],
    )


def _happened(event: Mapping[str, Any], stage: Stage | None, desk: Desk, lang: Lang) -> Happened:
    return Happened(
        at=event["occurred_at"],
        event=event["event"],
        label=desk.shop.taxonomy.event_label(event["event"], lang),
        channel=event["channel"],
        stage=stage.id if stage else None,
        fields={name: value for name, value in event.items() if name in FIELDS and value is not None},
    )
