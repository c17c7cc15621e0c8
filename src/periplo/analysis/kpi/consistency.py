"""Consistency across channels: products with another price, or sold out here and sold there, on the same day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.facts import Facts
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.numbers import joined, share
from periplo.analysis.periods import periods
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns
from periplo.vocabulary import Taxonomy

PRICE, STOCK = "price_mismatch", "stock_mismatch"
MISMATCHES = (PRICE, STOCK)
_OUT, _SOLD = "Product Out Of Stock Viewed", "Product Added"
_SEVERAL = "a product in two channels on one day"


class Seen(NamedTuple):
    """What was seen of a product on a day in a channel: ``place`` (product x day), ``channel``, lowest and highest."""

    place: I64
    channel: I64
    low: F64
    high: F64


@dataclass(frozen=True)
class ConsistencyQuestion:
    """Prices of one product on one day (``days`` begin then, us), in one currency, or 0 where it is sold out and 1
    where it is sold, per channel."""

    taxonomy: Taxonomy
    days: I64
    currencies: tuple[str, ...]
    default_currency: int

    @classmethod
    def of(
        cls, columns: JourneyColumns, taxonomy: Taxonomy, zone: str, currencies: tuple[tuple[str, ...], int]
    ) -> ConsistencyQuestion:
        return cls(taxonomy, periods(columns.since_us, columns.until_us, zone, "day")[0], *currencies)

    def map(self, part: JourneyColumns) -> dict[str, Seen]:
        return {PRICE: _narrowed(self._prices(part)[1]), STOCK: _narrowed(self._stock(part)[1])}

    def merge(self, left: dict[str, Seen], right: dict[str, Seen]) -> dict[str, Seen]:
        return {name: _narrowed(_both(left[name], right[name])) for name in MISMATCHES}

    def finish(self, state: dict[str, Seen]) -> dict[str, tuple[I64, I64]]:
        """Per figure the places that could be held against each other, and those of them that differ."""
        return {PRICE: _prices_differ(state[PRICE]), STOCK: _sold_elsewhere(state[STOCK])}

    def figures(self, columns: JourneyColumns, found: dict[str, tuple[I64, I64]]) -> Iterator[Kpi]:
        lacks = {
            PRICE: [name for name in ("product_id", "price") if columns.properties.column(name) is None],
            STOCK: [*([] if _OUT in columns.event_names else [_OUT]), *([] if _ids(columns) else ["product_id"])],
        }
        for name, label, meaning in _WORDS:
            held, differ = found[name]
            lacking = lacks[name] or ([] if len(held) or name == STOCK else [_SEVERAL])
            yield Kpi(
                id=name,
                label=label,
                meaning=meaning,
                unit="share",
                value=share(len(differ), len(held)) if len(held) and not lacking else None,
                n=len(held),
                missing=lacking,
                less_is_better=True,
            )

    def behind(self, columns: JourneyColumns, ref: str, found: dict[str, tuple[I64, I64]]) -> I64 | None:
        """``kpi/price_mismatch`` or ``kpi/stock_mismatch``: the known customers who saw such a product that day."""
        name = ref.removeprefix("kpi/")
        if name not in MISMATCHES:
            return None
        rows, seen = (self._prices if name == PRICE else self._stock)(columns)
        facts = Facts(columns, self.taxonomy, self.currencies, self.default_currency)
        return np.unique(facts.customer(facts.persons(rows[np.isin(seen.place, found[name][1])])))

    def _prices(self, part: JourneyColumns) -> tuple[I64, Seen]:
        price = part.properties.column("price")
        if not isinstance(price, np.ndarray):
            return _nothing()
        rows, place = self._places(part, np.flatnonzero(~np.isnan(price)))
        currency = Facts(part, self.taxonomy, self.currencies, self.default_currency).money(rows).currency
        place = place * len(self.currencies) + currency
        return rows, Seen(place, part.channel[rows].astype(np.int64), price[rows], price[rows])

    def _stock(self, part: JourneyColumns) -> tuple[I64, Seen]:
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        rows, place = self._places(part, facts.rows(_OUT, _SOLD))
        sold = facts.named([_SOLD])[part.event[rows]].astype(np.float64)
        return rows, Seen(place, part.channel[rows].astype(np.int64), sold, sold)

    def _places(self, part: JourneyColumns, rows: I64) -> tuple[I64, I64]:
        """Those of the rows with a product, and product x day."""
        column = coded(part, "product_id")
        if column is None:
            return rows[:0], rows[:0]
        rows = rows[column.codes[rows] >= 0]
        day = np.searchsorted(self.days, part.time_us[rows], "right") - 1
        return rows, column.codes[rows].astype(np.int64) * len(self.days) + day


def _ids(columns: JourneyColumns) -> bool:
    return columns.properties.column("product_id") is not None


def _nothing() -> tuple[I64, Seen]:
    none: I64 = np.empty(0, np.int64)
    return none, Seen(none, none, np.empty(0), np.empty(0))


def _both(left: Seen, right: Seen) -> Seen:
    place, channel = joined((left.place, right.place)), joined((left.channel, right.channel))
    return Seen(place, channel, np.concatenate((left.low, right.low)), np.concatenate((left.high, right.high)))


def _narrowed(seen: Seen) -> Seen:
    """One row per place and channel."""
    order = np.lexsort((seen.channel, seen.place))
    place, channel, low, high = seen.place[order], seen.channel[order], seen.low[order], seen.high[order]
    begins = np.flatnonzero((np.diff(place, prepend=-1) != 0) | (np.diff(channel, prepend=-1) != 0))
    if not len(begins):
        return Seen(place, channel, low, high)
    return Seen(place[begins], channel[begins], np.minimum.reduceat(low, begins), np.maximum.reduceat(high, begins))


def _prices_differ(seen: Seen) -> tuple[I64, I64]:
    """Places in two channels or more, and where the prices of two have nothing in common all day."""
    begins = np.flatnonzero(np.diff(seen.place, prepend=-1))
    if not len(begins):
        return seen.place, seen.place
    several = np.diff(np.append(begins, len(seen.place))) > 1
    apart: Bool = np.maximum.reduceat(seen.low, begins) > np.minimum.reduceat(seen.high, begins)
    return seen.place[begins[several]], seen.place[begins[several & apart]]


def _sold_elsewhere(seen: Seen) -> tuple[I64, I64]:
    """Places that were sold out in a channel, and where another one sold that was not."""
    out = np.unique(seen.place[seen.low == 0])
    return out, np.intersect1d(out, seen.place[seen.low == 1])


_WORDS = (
    (
        PRICE,
        "prices that differ between channels",
        "Products seen in several channels on one day whose prices there had nothing in common / products seen in "
        "several channels on one day, each day on its own.",
    ),
    (
        STOCK,
        "products sold out in one channel only",
        "Products out of stock in one channel and added to carts in another on the same day / products out of stock in "
        "some channel, each day on its own.",
    ),
)
