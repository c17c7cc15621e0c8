"""What the application hands to its routes: the shop's desk, the reader, and the view that the address asks for."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from periplo.access import Access, Permission, Visitor
from periplo.server.caller import Caller, caller_of
from periplo.server.desk import Desk
from periplo.server.door import Door
from periplo.server.health import Health
from periplo.server.live import Watch
from periplo.server.query import View
from periplo.server.reader import Reader, reader_of
from periplo.workspace import Shop

TheDesk: TypeAlias = NamedDependency[Desk]
TheReader: TypeAlias = NamedDependency[Reader]
TheView: TypeAlias = NamedDependency[View]
TheWatch: TypeAlias = NamedDependency[Watch]
TheAccess: TypeAlias = NamedDependency[Access]
TheDoor: TypeAlias = NamedDependency[Door]
TheVisitor: TypeAlias = NamedDependency[Visitor]
TheCaller: TypeAlias = NamedDependency[Caller]
TheRefusals: TypeAlias = NamedDependency[Shop]
"""The shop as the visitor sees its refused rows: without names, where they may not see customers."""

Period = Annotated[str | None, QueryParameter(description="7d, 30d or 90d up to the newest event; all when left out.")]
Since = Annotated[str | None, QueryParameter(description="First day, as 2026-01-31, in the shop's time zone.")]
Until = Annotated[str | None, QueryParameter(description="Last day, that day included.")]
Segment = Annotated[str | None, QueryParameter(description="Only the customers of this segment.")]
Channel = Annotated[str | None, QueryParameter(description="Only the events of this channel.")]
Where = Annotated[
    str | None, QueryParameter(description="Only the customers for whom a predicate holds: an event name, or JSON.")
]
Map = Annotated[str | None, QueryParameter(description="A map of the shop, or a template: retail, travel, banking.")]

FILTERS = ("period", "since", "until", "segment", "channel", "where", "map")


def provide_view(
    desk: TheDesk,
    period: Period = None,
    since: Since = None,
    until: Until = None,
    segment: Segment = None,
    channel: Channel = None,
    where: Where = None,
    map: Map = None,
) -> View:
    """The filters of the address. Raises ``UsageError`` for those that cannot be used."""
    return desk.view(dict(zip(FILTERS, (period, since, until, segment, channel, where, map), strict=True)))


def provide_reader(request: Request[Any, Any, Any]) -> Reader:
    return reader_of(request)


def provide_visitor(request: Request[Any, Any, Any]) -> Visitor:
    return reader_of(request).who


def provide_caller(request: Request[Any, Any, Any]) -> Caller:
    return caller_of(request)


def given(desk: Desk, watch: Watch, door: Door, health: Health) -> dict[str, Provide]:
    """All of it, for the application."""
    hidden = Desk(desk.shop.hidden())

    def chosen(request: Request[Any, Any, Any]) -> Desk:
        return hidden if reader_of(request).names == "hidden" else desk

    def refusals(request: Request[Any, Any, Any]) -> Shop:
        sees = Permission.CUSTOMERS in reader_of(request).who.may
        return chosen(request).shop if sees else hidden.shop

    return {
        "refusals": Provide(refusals, sync_to_thread=False),
        "desk": Provide(chosen, sync_to_thread=False),
        "watch": Provide(lambda: watch, sync_to_thread=False),
        "access": Provide(lambda: desk.shop.access, sync_to_thread=False),
        "health": Provide(lambda: health, sync_to_thread=False),
        "door": Provide(lambda: door, sync_to_thread=False),
        "visitor": Provide(provide_visitor, sync_to_thread=False),
        "caller": Provide(provide_caller, sync_to_thread=False),
        "reader": Provide(provide_reader, sync_to_thread=False),
        "view": Provide(provide_view, sync_to_thread=True),
    }
