"""Parameters that several routes take, and the check that none is mistyped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from litestar.typing import FieldDefinition

from periplo.access import Permission
from periplo.errors import UnknownName, UsageError
from periplo.server.api.shapes import ErrorAnswer
from periplo.server.given import FILTERS
from periplo.server.rules import needs

By = Annotated[str | None, QueryParameter(description="Split by a property: channel, device, country, ...")]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many at most.")]
Offset = Annotated[int, QueryParameter(ge=0, le=10_000_000, description="How many to leave out at the beginning.")]

_ERRORS = {
    400: "A filter or parameter that cannot be used.",
    401: "Nobody signed in, or the token opens nothing.",
    403: "The role, or the scopes of the token, do not reach so far.",
    404: "There is no such thing.",
    429: "Too many requests in a short time.",
    500: "Our fault.",
}
_answers = {status: ResponseSpec(ErrorAnswer, False, text) for status, text in _ERRORS.items()}

INNER = frozenset({"desk", "view", "reader", "watch", "access", "visitor", "caller", "number", "reject_id", "refusals"})
"""What the application gives to handlers, and parts of addresses."""


def route(
    path: str, rule: Permission, *, keys: tuple[str, ...] = (), **more: Any
) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """``get`` for routes that compute in a thread and answer errors in the one shape. ``keys``: what else they are."""
    return get(path, opt=needs(rule, *keys), sync_to_thread=True, responses=_answers, **more)


def deciding(path: str, rule: Permission, **more: Any) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """``post`` in the same way, for routes that change something."""
    return post(path, opt=needs(rule), sync_to_thread=True, responses=_answers, status_code=200, **more)


def known_parameters(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """A parameter that is mistyped or given twice would silently answer another question; it is an error instead."""
    mine = handler.parsed_fn_signature.parameters
    known = {*FILTERS, *mine} - INNER
    for name in connection.query_params:
        if name not in known:
            raise UnknownName("parameter", name[:60], known)
        if len(connection.query_params.getall(name)) > 1 and not (name in mine and _takes_several(mine[name])):
            raise UsageError("“{name}” is given more than once.", fix="Give it once.", name=name)


def _takes_several(parameter: FieldDefinition) -> bool:
    return any(one.is_non_string_sequence for one in (parameter, *parameter.inner_types))
