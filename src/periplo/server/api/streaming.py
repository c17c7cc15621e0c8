"""The customers behind a number as a stream: all of them, sent as they are read, from any one on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from periplo.access import Permission
from periplo.analysis import Journeys
from periplo.analysis.facts import currencies_of
from periplo.analysis.lines import csv_lines, json_lines
from periplo.errors import UnknownName
from periplo.journeys.columns import I64
from periplo.server.api.customers import Ref
from periplo.server.api.parameters import route
from periplo.server.desk import Desk
from periplo.server.given import TheDesk, TheView
from periplo.server.keys import STREAM, UNVERSIONED
from periplo.server.query import View

FORMS = {"ndjson": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
LINES_AT_ONCE = 500
SENT_AS_MADE = (STREAM, UNVERSIONED)

Form = Annotated[str, QueryParameter(description="ndjson: one JSON object a line; csv: a table with heads.")]
After = Annotated[
    int | None, QueryParameter(description="Only customers after this number: the last one of the part before.")
]
Most = Annotated[int | None, QueryParameter(ge=1, description="How many at most; all when left out.")]


@route(
    "/customers/stream",
    Permission.CUSTOMERS,
    keys=SENT_AS_MADE,
    tags=["Customers"],
    summary="All customers behind a number, as a stream",
)
def customers_stream(
    desk: TheDesk, view: TheView, ref: Ref = None, form: Form = "ndjson", after: After = None, most: Most = None
) -> Stream:
    """Who is behind a number of the map, or everybody, by customer number: a line each, sent as it is read."""
    return streamed(desk, view, desk.indices(view, ref), form, after, most)


def streamed(desk: Desk, view: View, found: I64, form: str, after: int | None, most: int | None) -> Stream:
    """Customers given by index, in the order of their numbers. Raises ``UnknownName``."""
    if form not in FORMS:
        raise UnknownName("format", form[:20], FORMS)
    journeys = desk.journeys(view)
    if after is not None:
        found = found[journeys.columns.customer[found] > after]
    return Stream(_chunks(_lines(journeys, found[:most], form)), media_type=FORMS[form])


def _lines(journeys: Journeys, found: I64, form: str) -> Iterator[bytes]:
    customers = journeys.each(found)
    if form == "ndjson":
        return json_lines(customers)
    names, _ = currencies_of(journeys.columns, journeys.currency)
    return csv_lines(customers, [name for name in names if name])


def _chunks(lines: Iterator[bytes]) -> Iterator[bytes]:
    while chunk := b"".join(islice(lines, LINES_AT_ONCE)):
        yield chunk
