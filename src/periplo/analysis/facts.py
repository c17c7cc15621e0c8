"""Facts read off journeys: sessions, orders, carts, cycles and the like, each anchored at one of its events.

A fact's anchor says whose it is, when, in which channel and on which device it happened. Numbers are sums, shares and
quantiles of facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.numbers import joined
from periplo.analysis.touchpoints import touches
from periplo.journeys.columns import F64, I32, I64, U8, Bool, JourneyColumns
from periplo.journeys.kernels.carts import carts, next_after
from periplo.journeys.kernels.cycles import AFTER, BEFORE, ORDER, cycles
from periplo.journeys.kernels.sessions import sessions, summarise
from periplo.journeys.kernels.sorting import scatter
from periplo.vocabulary import Taxonomy

SESSION_GAP_US = 30 * 60 * 1_000_000
CART_US = 24 * 3600 * 1_000_000
PAGES = ("Page Viewed", "Screen Viewed")
PAGE_LEFT = "Page Left"
VISIBLE = "visible_s"
"""The property in which a tracker says how long something was visible, in seconds."""
ORDERED = "Order Completed"
CART_CHANGES = ("Product Added", "Product Removed", "Wishlist Product Added to Cart")
CHECKOUT = "Checkout Started"
_PRE_PURCHASE = {"awareness", "consideration", "purchase"}


class SessionFacts(NamedTuple):
    """Per session: ``first`` and ``last`` row, how many ``events``, ``pages`` and ``orders``."""

    first: I64
    last: I64
    events: I64
    pages: I64
    orders: I64


class CycleFacts(NamedTuple):
    """Per cycle: rows of its ``first`` and ``last`` touch, its ``order`` (-1) and the touch ``before`` the order; how
    many ``channels``, ``switches`` between them and ``touches``."""

    first: I64
    last: I64
    order: I64
    before: I64
    channels: I64
    switches: I64
    touches: I64


class MoneyFacts(NamedTuple):
    """Orders, or money given back: the ``row``, the amount (minor units, 0 where unknown), whether it is ``known``,
    and the code of its ``currency``."""

    row: I64
    minor: I64
    known: Bool
    currency: I64


@dataclass(frozen=True)
class Past:
    """What a part alone does not tell. ``longest_gap_us``: nine of ten times between orders of the shop are shorter;
    ``ordered_before``: the numbers, ascending, of customers who ordered before the window."""

    longest_gap_us: float = np.inf
    ordered_before: I64 = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Facts:
    """The facts of a part, each kind computed when first asked for. ``currencies`` are all codes there can be."""

    part: JourneyColumns
    taxonomy: Taxonomy
    currencies: tuple[str, ...]
    default_currency: int
    past: Past = field(default_factory=Past)

    def named(self, names: Iterable[str]) -> Bool:
        """Which event codes have one of these names."""
        return np.isin(self.part.event_names, list(names))

    def rows(self, *names: str) -> I64:
        """All events with one of these names, ascending."""
        offsets, order = self._by_event
        found = [order[offsets[code] : offsets[code + 1]] for code in np.flatnonzero(self.named(names))]
        return found[0] if len(found) == 1 else np.sort(joined(found))

    def customer(self, rows: I64) -> I64:
        """The index of the customer who owns each row."""
        return self._owner[rows]

    def distinct(self, rows: I64) -> int:
        """How many customers own these rows, which ascend."""
        return int(np.count_nonzero(np.diff(self.customer(rows), prepend=-1)))

    def persons(self, rows: I64) -> I64:
        """Those of the rows that belong to a person."""
        return rows if self.part.person.all() else rows[self.part.person[self.customer(rows)]]

    @cached_property
    def _owner(self) -> I64:
        return np.repeat(np.arange(self.part.customers), np.diff(self.part.offsets))

    @cached_property
    def _by_event(self) -> tuple[I64, I64]:
        """All rows grouped by event code, ascending in each group, and where each group begins."""
        sizes = np.bincount(self.part.event, minlength=len(self.part.event_names))
        offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        return offsets, scatter(self.part.event.astype(np.int64), offsets)

    @cached_property
    def touch(self) -> Bool:
        return touches(self.part, self.taxonomy)

    @cached_property
    def session_rows(self) -> tuple[I64, I64]:
        """Per event the number of its session and the next event in it (-1)."""
        p = self.part
        found: tuple[I64, I64] = sessions(
            p.offsets, p.time_us, p.channel, p.event, self.touch, p.person, SESSION_GAP_US
        )
        return found

    @cached_property
    def sessions(self) -> SessionFacts:
        session, _ = self.session_rows
        count = int(session.max(initial=-1)) + 1
        return SessionFacts(*summarise(session, self.part.event, self.named(PAGES), self.named([ORDERED]), count))

    @cached_property
    def cycles(self) -> CycleFacts:
        p = self.part
        return CycleFacts(*cycles(p.offsets, p.channel, p.event, self._roles(), self.touch, p.person))

    @cached_property
    def visible_s(self) -> F64 | None:
        """Per event for how long it was visible, NaN where nothing is said; None where no event says it. What is said
        when a page is left belongs to its view: the last one of this page by this customer."""
        said = self.part.properties.column(VISIBLE)
        if not isinstance(said, np.ndarray):
            return None
        whole: F64 = said.copy()
        left = self.rows(PAGE_LEFT)
        whole[left] = np.nan
        left = left[~np.isnan(said[left])]
        view = self._views(left)
        left, view = left[view >= 0], view[view >= 0]
        whole[view] = np.nan_to_num(whole[view])
        np.add.at(whole, view, said[left])
        return whole

    def _views(self, left: I64) -> I64:
        """For each page that was left (rows, ascending) the row of its view, -1 where there is none."""
        page, seen = coded(self.part, "page"), self.rows(*PAGES)
        if page is None or not len(seen):
            return np.full(len(left), -1)
        place = page.codes.astype(np.int64) * self.part.events + np.arange(self.part.events)
        views = np.sort(place[seen])
        found = views[np.searchsorted(views, place[left]) - 1] % self.part.events
        same = (page.codes[found] == page.codes[left]) & (found < left) & (self.customer(found) == self.customer(left))
        return np.where(same, found, -1)

    @cached_property
    def orders(self) -> MoneyFacts:
        return self.money(self.rows(ORDERED))

    @cached_property
    def given_back(self) -> MoneyFacts:
        """Refunds and cancellations that carry money."""
        return self.money(self.rows(*(name for name, kind in self.taxonomy.events.items() if kind.money == "out")))

    @cached_property
    def carts(self) -> tuple[I64, U8]:
        """Per cart its first row and what became of it."""
        return self._carts(CART_CHANGES, "cart_id")

    @cached_property
    def checkouts(self) -> tuple[I64, U8]:
        """Per checkout its first row and what became of it."""
        return self._carts((CHECKOUT,), None)

    def answered(self, begins: str, ends: str, but: Bool | None = None) -> tuple[I64, I64]:
        """The rows that begin something, and for each the row that ends it or -1. ``but`` bool[m]: events left out."""
        begin, end, event = self.named([begins]), self.named([ends]), self.part.event
        if but is not None:
            begin, end, event = np.append(begin, False), np.append(end, False), np.where(but, len(begin), event)
        found = next_after(self.part.offsets, event.astype(np.uint16), begin, end)
        rows = self.persons(np.flatnonzero(found != -2))
        return rows, found[rows]

    def money(self, rows: I64) -> MoneyFacts:
        column = self.part.properties.column("revenue_minor")
        amount = column[rows] if isinstance(column, np.ndarray) else np.full(len(rows), np.nan)
        known = ~np.isnan(amount)
        return MoneyFacts(rows, np.where(known, amount, 0).astype(np.int64), known, self._currency(rows))

    def _currency(self, rows: I64) -> I64:
        column = coded(self.part, "currency")
        if column is None:
            return np.full(len(rows), self.default_currency)
        codes = column.codes[rows].astype(np.int64)
        return np.where(codes < 0, self.default_currency, codes)

    def _carts(self, changes: tuple[str, ...], key_name: str | None) -> tuple[I64, U8]:
        p = self.part
        key = coded(p, key_name) if key_name else None
        codes: I32 = key.codes if key else np.full(p.events, -1, np.int32)
        keys = len(key.values) if key else 0
        flags = self.named(changes), self.named([ORDERED])
        first, outcome = carts(p.offsets, p.time_us, p.event, *flags, codes, keys, CART_US, p.until_us)
        mine = self.part.person[self.customer(first)]
        return first[mine], outcome[mine]

    def _roles(self) -> U8:
        """What each event code is to a cycle."""
        kinds = self.taxonomy.events
        stages = [kinds[name].stage if name in kinds else "" for name in self.part.event_names]
        roles = np.array([BEFORE if stage in _PRE_PURCHASE else AFTER for stage in stages], np.uint8)
        roles[self.named([ORDERED])] = ORDER
        return roles


def currencies_of(columns: JourneyColumns, default: str | None) -> tuple[tuple[str, ...], int]:
    """All currency codes there are, and the place of the one for money that names none ("" where not known)."""
    column = coded(columns, "currency")
    names = tuple(dict.fromkeys([*(column.values if column else ()), default or ""]))
    return names, names.index(default or "")
