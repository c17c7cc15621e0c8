"""Customers in a list: when they were seen, what they did and spent, in the journeys that are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from periplo.analysis.facts import Facts, currencies_of
from periplo.errors import UnknownName
from periplo.journeys.columns import F64, I64, JourneyColumns
from periplo.vocabulary import Taxonomy

SORTS = ("last", "first", "events", "orders", "spent")


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
