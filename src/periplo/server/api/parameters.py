"""Parameters that several routes take, and the check that none is mistyped."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from litestar import get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from periplo.errors import UnknownName
from periplo.server.api.shapes import ErrorAnswer
from periplo.server.given import FILTERS

By = Annotated[str | None, QueryParameter(description="Split by a property: channel, device, country, ...")]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many at most.")]
Offset = Annotated[int, QueryParameter(ge=0, le=10_000_000, description="How many to leave out at the beginning.")]

_ERRORS = {
    400: "A filter or parameter that cannot be used.",
    401: "The token is missing or wrong.",
    404: "There is no such thing.",
    500: "Our fault.",
}
_answers = {status: ResponseSpec(ErrorAnswer, False, text) for status, text in _ERRORS.items()}

route = partial(get, sync_to_thread=True, responses=_answers)
"""``get`` for routes that compute in a thread and answer errors in the one shape."""


def known_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A mistyped parameter would silently answer another question; it is an error instead."""
    known = {*FILTERS, *handler.parsed_fn_signature.parameters} - {"desk", "view", "reader", "watch", "number"}
    for name in connection.query_params:
        if name not in known:
            raise UnknownName("parameter", name[:60], known)
