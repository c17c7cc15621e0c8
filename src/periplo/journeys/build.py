"""Building journeys: sort events into them, let new events join, move events between customers.

Every function also answers where each row came from (``origin``, int64), so that property columns can follow:
``np.concatenate([old_column, added_column])[origin]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import I64, U8, U16, Bool, GivenProperties, JourneyColumns, PropertySource, fix_arrays
from periplo.journeys.kernels.sorting import merge_sorted, scatter, sort_journeys


@dataclass(frozen=True)
class Rows:
    """``m`` events in any order, one array per field.

    ``customer`` int64 the customer's number; ``time_us`` int64 microseconds since 1970 UTC; ``seq`` int64 place in
    the one sequence of the shop, which decides between equal times; ``event`` uint16 and ``channel`` uint8 codes.
    """

    customer: I64
    time_us: I64
    seq: I64
    event: U16
    channel: U8

    def __post_init__(self) -> None:
        fix_arrays(self, customer=np.int64, time_us=np.int64, seq=np.int64, event=np.uint16, channel=np.uint8)

    def __len__(self) -> int:
        return len(self.time_us)

    def __add__(self, other: Rows) -> Rows:
        return Rows(
            np.concatenate((self.customer, other.customer)),
            np.concatenate((self.time_us, other.time_us)),
            np.concatenate((self.seq, other.seq)),
            np.concatenate((self.event, other.event)),
            np.concatenate((self.channel, other.channel)),
        )

    def take(self, order: I64 | Bool) -> Rows:
        return Rows(self.customer[order], self.time_us[order], self.seq[order], self.event[order], self.channel[order])


@dataclass(frozen=True)
class Sorted:
    """Events sorted by customer, then time, then arrival: what a cache keeps, and ``JourneyColumns`` is made of.

    ``offsets`` int64[n+1], ``customer`` int64[n] ascending, the others [m]. Arrays may be memory-mapped.
    """

    offsets: I64
    customer: I64
    time_us: I64
    seq: I64
    event: U16
    channel: U8

    @property
    def rows(self) -> Rows:
        """The same events, the customer's number repeated in each row."""
        return Rows(np.repeat(self.customer, np.diff(self.offsets)), self.time_us, self.seq, self.event, self.channel)

    def rows_of(self, customers: I64) -> I64:
        """The row numbers of all events of these customers, ascending; unknown numbers have none."""
        mine = np.isin(self.customer, customers)
        return np.flatnonzero(np.repeat(mine, np.diff(self.offsets)))

    def columns(
        self,
        *,
        person: Bool,
        event_names: tuple[str, ...],
        channel_names: tuple[str, ...],
        since_us: int | None = None,
        until_us: int | None = None,
        properties: PropertySource | None = None,
    ) -> JourneyColumns:
        """As journeys to ask questions of. The window defaults to the first and last event; ``person`` is bool[n]."""
        some = len(self.time_us) > 0
        return JourneyColumns(
            offsets=self.offsets,
            time_us=self.time_us,
            event=self.event,
            channel=self.channel,
            customer=self.customer,
            person=person,
            event_names=event_names,
            channel_names=channel_names,
            since_us=since_us if since_us is not None else int(self.time_us.min()) if some else 0,
            until_us=until_us if until_us is not None else int(self.time_us.max()) if some else 0,
            properties=properties or GivenProperties(),
        )


def build(rows: Rows) -> tuple[Sorted, I64]:
    """All rows sorted into journeys, and ``origin[m]``: the input row of each sorted row."""
    customers, place = _places(rows.customer)
    offsets = np.concatenate(([0], np.cumsum(np.bincount(place, minlength=len(customers))))).astype(np.int64)
    origin = scatter(place, offsets)
    sort_journeys(origin, offsets, rows.time_us, rows.seq)
    return _sorted(offsets, customers, rows, origin), origin


def extend(old: Sorted, added: Rows) -> tuple[Sorted, I64]:
    """Old journeys with new rows merged in; only the new rows are sorted.

    ``origin[i]`` is the old row, or ``old rows + j`` for row ``j`` of ``added``.
    """
    new, new_origin = build(added)
    both = old.rows + new.rows
    merged = merge_sorted(both.customer, both.time_us, both.seq, len(old.time_us))
    numbers = both.customer[merged]
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
    offsets = np.append(starts, len(numbers)).astype(np.int64)
    arrived = np.concatenate((np.arange(len(old.time_us)), len(old.time_us) + new_origin))
    return _sorted(offsets, numbers[starts], both, merged), arrived[merged]


def move(old: Sorted, rows: I64, to: I64) -> tuple[Sorted, I64]:
    """Journeys after the events at ``rows`` went to the customers ``to`` (one number per row): merges and splits.

    Only the moved rows are sorted again. ``origin[i]`` is the old row.
    """
    staying = np.ones(len(old.time_us), np.bool_)
    staying[rows] = False
    whole = old.rows
    moved = whole.take(rows)
    result, origin = extend(_without(old, staying), Rows(to, moved.time_us, moved.seq, moved.event, moved.channel))
    return result, np.concatenate((np.flatnonzero(staying), rows))[origin]


def _without(old: Sorted, staying: Bool) -> Sorted:
    kept = np.concatenate(([0], np.cumsum(staying)))[old.offsets]
    some = np.diff(kept) > 0
    return Sorted(
        np.concatenate(([0], kept[1:][some])).astype(np.int64),
        old.customer[some],
        old.time_us[staying],
        old.seq[staying],
        old.event[staying],
        old.channel[staying],
    )


def _places(customer: I64) -> tuple[I64, I64]:
    """The distinct customer numbers, ascending, and the index of each row's customer among them."""
    if len(customer) == 0:
        return customer, customer
    low, span = int(customer.min()), int(customer.max()) - int(customer.min()) + 1
    if span > 4 * len(customer) + 1024:
        numbers, place = np.unique(customer, return_inverse=True)
        return numbers, place.astype(np.int64)
    seen = np.zeros(span, np.bool_)
    seen[customer - low] = True
    return np.flatnonzero(seen) + low, (np.cumsum(seen) - 1)[customer - low]


def _sorted(offsets: I64, customers: I64, rows: Rows, origin: I64) -> Sorted:
    return Sorted(offsets, customers, rows.time_us[origin], rows.seq[origin], rows.event[origin], rows.channel[origin])
