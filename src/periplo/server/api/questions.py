"""Routes for every question, for the customers behind its numbers and for these as a stream; and the stage flow of the
view's map."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_type_hints

from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Stream

from periplo.access import Permission
from periplo.analysis import Journeys, Option, options_of, questions
from periplo.server.api.answering import answered
from periplo.server.api.customers import Order, Sort, listed
from periplo.server.api.parameters import Limit, Offset, route
from periplo.server.api.shapes import CustomersAnswer, ResultAnswer, StagesAnswer, answer_of
from periplo.server.api.streaming import SENT_AS_MADE, After, Form, Most, streamed
from periplo.server.desk import Desk
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.query import View
from periplo.server.reader import Reader

MOST_VALUES = 32
"""So often may a parameter be repeated."""
_REQUIRED: Any = inspect.Parameter.empty
Taken = dict[str, tuple[Any, Any]]
"""Parameters of a handler: name to annotation and default."""
INNER: Taken = {
    "desk": (TheDesk, _REQUIRED),
    "view": (TheView, _REQUIRED),
    "reader": (TheReader, _REQUIRED),
}
LISTED: Taken = {
    "sort": (Sort, "last"),
    "order": (Order, "down"),
    "limit": (Limit, 50),
    "offset": (Offset, 0),
}
STREAMED: Taken = {"form": (Form, "ndjson"), "after": (After, None), "most": (Most, None)}
OneRef = Annotated[str, QueryParameter(description="The reference of a number, as answers carry it.")]


@route("/stages", Permission.NUMBERS, tags=["Numbers"], summary="Stage flow")
def stages(desk: TheDesk, view: TheView, reader: TheReader) -> StagesAnswer:
    """How customers enter the stages of the map, go on, drop or are still on their way."""
    return answered(StagesAnswer, desk.stages(view), desk, view, reader.lang)


def question_routes() -> list[HTTPRouteHandler]:
    """``/api/v1/<question>`` with the parameters of the question's method, and who is behind its numbers: sorted, in
    parts, under ``/customers``; all of them under ``/customers/stream``."""
    asked = questions(Journeys).items()
    return [make(name, asks) for name, asks in asked for make in (_numbers, _customers, _stream)]


def _numbers(name: str, asks: str) -> HTTPRouteHandler:
    shape = answer_of(get_type_hints(getattr(Journeys, name))["return"])

    def handler(desk: Desk, view: View, reader: Reader, **given: Any) -> ResultAnswer:
        return answered(shape, desk.ask(view, name, given), desk, view, reader.lang)

    made = _signed(handler, name, shape, {})
    return route(
        f"/{_path(name)}",
        Permission.NUMBERS,
        tags=["Numbers"],
        summary=name.replace("_", " ").capitalize(),
        description=asks,
    )(made)


def _customers(name: str, asks: str) -> HTTPRouteHandler:
    def handler(desk: Desk, view: View, reader: Reader, ref: str, **given: Any) -> CustomersAnswer:
        part = {each: given.pop(each) for each in LISTED}
        found = desk.everyone(view).pick(desk.ask(view, name, given).behind(ref))
        return listed(desk, view, found, ref, **part)

    made = _signed(handler, f"{name}_customers", CustomersAnswer, {"ref": (OneRef, _REQUIRED), **LISTED})
    summary = f"Customers behind {name.replace('_', ' ')}"
    return route(
        f"/{_path(name)}/customers",
        Permission.CUSTOMERS,
        tags=["Customers"],
        summary=summary,
        description=f"Who? {asks}",
    )(made)


def _stream(name: str, asks: str) -> HTTPRouteHandler:
    def handler(desk: Desk, view: View, reader: Reader, ref: str, **given: Any) -> Stream:
        part = {each: given.pop(each) for each in STREAMED}
        return streamed(desk, view, desk.ask(view, name, given).behind(ref), **part)

    made = _signed(handler, f"{name}_stream", Stream, {"ref": (OneRef, _REQUIRED), **STREAMED})
    return route(
        f"/{_path(name)}/customers/stream",
        Permission.CUSTOMERS,
        keys=SENT_AS_MADE,
        tags=["Customers"],
        summary=f"All customers behind {name.replace('_', ' ')}, as a stream",
        description=f"Who? {asks}",
    )(made)


def _path(name: str) -> str:
    return name.replace("_", "-")


def _signed(handler: Callable[..., Any], name: str, answers: type, more: Taken) -> Any:
    """The handler with the signature that its route is read from: the question's options, and ``more``."""
    options = options_of(getattr(Journeys, name.removesuffix("_customers").removesuffix("_stream")))
    given: Taken = {
        option.name: (_annotation(option), _REQUIRED if option.required else option.default) for option in options
    }
    parameters = [
        inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for each, (kind, default) in (INNER | given | more).items()
    ]
    handler.__dict__["__signature__"] = inspect.Signature(parameters)
    handler.__annotations__ = {each.name: each.annotation for each in parameters} | {"return": answers}
    handler.__name__ = name
    return handler


def _annotation(option: Option) -> Any:
    one: Any = Literal[option.choices] if option.choices else option.kind
    if option.many:
        least = 1 if option.required else None
        info = QueryParameter(description=option.help, min_items=least, max_items=MOST_VALUES)
        return Annotated[list[one] if option.required else list[one] | None, info]
    info = QueryParameter(description=option.help)
    return Annotated[one if option.required or option.default is not None else one | None, info]
