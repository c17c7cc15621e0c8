"""Customers in a list: when they were seen, what they did and spent, in the journeys that are looked at.

A ``Listing`` holds the columns of all that are sorted or shown at once; ``listed`` gives one customer after another, of
however many, and never holds more than a batch of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.facts import Facts, currencies_of
from periplo.analysis.periods import instant
from periplo.errors import UnknownName
from periplo.journeys.columns import F64, I64, JourneyColumns
from periplo.vocabulary import Taxonomy

SORTS = ("last", "first", "events", "orders", "spent")
BATCH, EVENTS_AT_ONCE = 1 << 15, 1 << 19
Names = Callable[[I64], list[str]]
"""Customer numbers -> the names to show."""


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """Money in minor units of its currency."""

    currency: str
    minor: int


class ListedCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a list: ``first_seen`` and ``last_seen`` are the first and last event, UTC; ``spent`` is gross."""

    number: int
    name: str
    first_seen: datetime
    last_seen: datetime
    events: int
    orders: int
    spent: list[Spent]


@dataclass(frozen=True)
class Listing:
    """Columns of a list, one value per customer: ``number`` names them, ``first_us`` and ``last_us`` are their first
    and last event (us since 1970, UTC), ``spent`` is gross, minor units per currency."""

    number: I64
    first_us: I64
    last_us: I64
    events: I64
    orders: I64
    spent: Mapping[str, F64]

    def __len__(self) -> int:
        return len(self.number)

    def pick(self, rows: I64 | slice) -> Listing:
        """Some of them, in that order."""
        money = {currency: amounts[rows] for currency, amounts in self.spent.items()}
        return Listing(
            self.number[rows], self.first_us[rows], self.last_us[rows], self.events[rows], self.orders[rows], money
        )

    def rows(self, names: Names) -> Iterator[ListedCustomer]:
        """One customer after another."""
        for i, name in enumerate(names(self.number)):
            yield ListedCustomer(
                number=int(self.number[i]),
                name=name,
                first_seen=instant(int(self.first_us[i])),
                last_seen=instant(int(self.last_us[i])),
                events=int(self.events[i]),
                orders=int(self.orders[i]),
                spent=[Spent(currency=one, minor=int(of[i])) for one, of in self.spent.items() if of[i]],
            )

    def sorted(self, by: str, *, up: bool = False) -> Listing:
        """Largest first, or smallest; equal ones by customer number. Raises ``UnknownName``.

        By what was spent: amounts of several currencies count as if they were one.
        """
        if by not in SORTS:
            raise UnknownName("sort", by[:60], SORTS)
        keys: Mapping[str, Any] = {
            "last": self.last_us,
            "first": self.first_us,
            "events": self.events,
            "orders": self.orders,
            "spent": sum(self.spent.values(), np.zeros(len(self))),
        }
        return self.pick(np.lexsort((self.number, keys[by] if up else -keys[by])))


def listing(columns: JourneyColumns, taxonomy: Taxonomy, currency: str | None) -> Listing:
    """All customers, in the order of the columns; ``currency`` is that of money without one."""
    names, default = currencies_of(columns, currency)
    facts = Facts(columns, taxonomy, names, default)
    orders = facts.orders
    owner = facts.customer(orders.row)

    def summed(weights: Any = None) -> Any:
        return np.bincount(owner, weights, columns.customers)

    spent = {
        name: summed(np.where(orders.currency == code, orders.minor, 0)) for code, name in enumerate(names) if name
    }
    return Listing(
        number=columns.customer,
        first_us=columns.time_us[columns.offsets[:-1]],
        last_us=columns.time_us[columns.offsets[1:] - 1],
        events=np.diff(columns.offsets),
        orders=summed().astype(np.int64),
        spent={name: amounts for name, amounts in spent.items() if amounts.any()},
    )


def listed(
    columns: JourneyColumns, customers: I64, names: Names, taxonomy: Taxonomy, currency: str | None
) -> Iterator[ListedCustomer]:
    """One customer after another, given by index; their journeys are read and their names found in batches."""
    for some in _batches(columns, customers):
        yield from listing(columns.pick(some), taxonomy, currency).rows(names)


def _batches(columns: JourneyColumns, customers: I64) -> Iterator[I64]:
    """In order; a batch with more events than are read at once is one customer."""
    for begin in range(0, len(customers), BATCH):
        some = customers[begin : begin + BATCH]
        while len(some):
            sizes = columns.offsets[some + 1] - columns.offsets[some]
            many = max(1, int(np.searchsorted(np.cumsum(sizes), EVENTS_AT_ONCE, "right")))
            yield some[:many]
            some = some[many:]
