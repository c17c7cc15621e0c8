"""Events as rows, in any order, and sorted into journeys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from periplo.journeys.columns import (
    I64,
    U8,
    U16,
    Bool,
    GivenProperties,
    JourneyColumns,
    PropertySource,
    fix_arrays,
)


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
        return Rows.together((self, other))

    @classmethod
    def together(cls, some: Iterable[Rows]) -> Rows:
        """All of them, in order (at least one)."""
        parts = list(some)
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

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

    def __post_init__(self) -> None:
        fix_arrays(self, offsets=np.int64, customer=np.int64, time_us=np.int64)
        fix_arrays(self, seq=np.int64, event=np.uint16, channel=np.uint8)

    @property
    def rows(self) -> Rows:
        """The same events, the customer's number repeated in each row."""
        return Rows(np.repeat(self.customer, np.diff(self.offsets)), self.time_us, self.seq, self.event, self.channel)

    def rows_of(self, customers: I64) -> I64:
        """The row numbers of all events of these customers, ascending; unknown numbers have none."""
        numbers = np.unique(customers)
        place = np.searchsorted(self.customer, numbers)
        inside = place < len(self.customer)
        mine = place[inside][self.customer[place[inside]] == numbers[inside]]
        begin, sizes = self.offsets[mine], self.offsets[mine + 1] - self.offsets[mine]
        before = np.cumsum(sizes) - sizes
        return np.repeat(begin - before, sizes) + np.arange(sizes.sum())

    def moved(self, rows: I64, to: I64) -> Rows:
        """The events at ``rows`` as those of the customers ``to`` (one number per row)."""
        return Rows(to, self.time_us[rows], self.seq[rows], self.event[rows], self.channel[rows])

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
