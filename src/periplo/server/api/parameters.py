"""The filters of every route, and the check that no parameter is mistyped."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from litestar import get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Parameter

from periplo.errors import UnknownName
from periplo.server.api.shapes import ErrorAnswer
from periplo.server.desk import Desk
from periplo.server.query import View

FILTERS = ("period", "since", "until", "segment", "channel", "map")

Period = Annotated[str | None, Parameter(description="7d, 30d or 90d up to the newest event; all when left out.")]
Since = Annotated[str | None, Parameter(description="First day, as 2026-01-31, in the shop's time zone.")]
Until = Annotated[str | None, Parameter(description="Last day, that day included.")]
Segment = Annotated[str | None, Parameter(description="Only the customers of this segment.")]
Channel = Annotated[str | None, Parameter(description="Only the events of this channel.")]
Map = Annotated[str | None, Parameter(description="A map of the shop or a template; the shop's own when left out.")]
By = Annotated[str | None, Parameter(description="Split by a property: channel, device, country, ...")]
Offset = Annotated[int, Parameter(ge=0, le=10_000_000, description="How many to leave out at the beginning.")]

_ERRORS = {
    400: "A filter or parameter that cannot be used.",
    401: "The token is missing or wrong.",
    404: "There is no such thing.",
    500: "Our fault.",
}
route = partial(
    get,
    sync_to_thread=True,
    responses={
        status: ResponseSpec(ErrorAnswer, description=text, generate_examples=False) for status, text in _ERRORS.items()
    },
)
"""``get`` for routes that compute in a thread and answer errors in the one shape."""


def provide_view(
    desk: Desk,
    period: Period = None,
    since: Since = None,
    until: Until = None,
    segment: Segment = None,
    channel: Channel = None,
    map: Map = None,
) -> View:
    asked = {"period": period, "since": since, "until": until, "segment": segment, "channel": channel, "map": map}
    return desk.view(asked)


def known_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A mistyped parameter would silently answer another question; it is an error instead."""
    known = {*FILTERS, *handler.parsed_fn_signature.parameters} - {"desk", "view", "request", "number"}
    for name in connection.query_params:
        if name not in known:
            raise UnknownName("parameter", name[:60], known)
