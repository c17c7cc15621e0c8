"""Customers as lines of text, one after another: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

import msgspec

from periplo.analysis.listing import ListedCustomer

COLUMNS = ("number", "name", "first_seen", "last_seen", "events", "orders")


def json_lines(customers: Iterable[ListedCustomer]) -> Iterator[bytes]:
    """One JSON object a line."""
    encode = msgspec.json.Encoder().encode
    return (encode(each) + b"\n" for each in customers)


def csv_lines(customers: Iterable[ListedCustomer], currencies: Sequence[str]) -> Iterator[bytes]:
    """A line of heads, then one a customer; what was spent stands in a column per currency, in minor units."""
    yield _line([*COLUMNS, *(f"spent_minor_{currency}" for currency in currencies)])
    for each in customers:
        spent = {money.currency: money.minor for money in each.spent}
        seen = (moment.isoformat(timespec="seconds") for moment in (each.first_seen, each.last_seen))
        about = [each.number, harmless(each.name), *seen, each.events, each.orders]
        yield _line([*about, *(spent.get(currency, 0) for currency in currencies)])


def harmless(cell: str | float) -> str | float:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _line(cells: Sequence[str | float]) -> bytes:
    out = StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
