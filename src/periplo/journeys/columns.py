"""Journeys as columns (law 4): all events of one customer lie together, in time order, in flat arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise, starmap
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from periplo.operation.shelf import passed

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
U16 = NDArray[np.uint16]
U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
Bool = NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)

_SOUGHT_AT_ONCE = 16
"""Around each place that is looked at in something mapped, the system puts more of it into memory."""


def fixed(array: NDArray[Any], kind: type[T]) -> NDArray[T]:
    """A contiguous read-only view of the given dtype; a copy only where the array is not so already."""
    view = np.ascontiguousarray(array, kind).view(np.ndarray)
    view.flags.writeable = False
    return view


def fix_arrays(holder: object, **kinds: type[np.generic]) -> None:
    """Make the named array fields of a frozen dataclass contiguous read-only views of the given dtype.

    Journeys never change in place; and as every array is of one kind, memory-mapped or not, kernels compile once.
    """
    for name, kind in kinds.items():
        object.__setattr__(holder, name, fixed(getattr(holder, name), kind))


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column in dictionary form: ``values[codes[i]]``, code -1 where the event has no value."""

    codes: I32
    values: tuple[str, ...]


Column = Coded | F64
"""A property column aligned with the events: dictionary-coded text, or numbers with NaN where missing."""


class PropertySource(Protocol):
    """Where property columns come from; they are loaded when a question first asks for them."""

    def names(self) -> tuple[str, ...]:
        """The names of all properties there are."""

    def column(self, name: str) -> Column | None:
        """The whole column in the order of the journeys, or None where no event has this property."""


@dataclass(frozen=True)
class GivenProperties:
    """Property columns that are already in memory, in journey order."""

    columns: Mapping[str, Column] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    def column(self, name: str) -> Column | None:
        return self.columns.get(name)


@dataclass(frozen=True)
class PickedProperties:
    """Another source seen through a selection of its events."""

    source: PropertySource
    pick: slice | I64

    def names(self) -> tuple[str, ...]:
        return self.source.names()

    def column(self, name: str) -> Column | None:
        whole = self.source.column(name)
        if isinstance(whole, Coded):
            return Coded(whole.codes[self.pick], whole.values)
        return None if whole is None else whole[self.pick]


@dataclass(frozen=True)
class JourneyColumns:
    """Events of ``n`` customers in ``m`` rows, sorted by customer, then time, then arrival.

    ``offsets``  int64[n+1]  customer i owns events offsets[i]:offsets[i+1]
    ``time_us``  int64[m]    microseconds since 1970-01-01 UTC
    ``event``    uint16[m]   index into ``event_names``
    ``channel``  uint8[m]    index into ``channel_names``
    ``customer`` int64[n]    the customer's number, as identity knows it
    ``person``   bool[n]     False for the anonymous customer of a single order, which person KPIs leave out
    ``since_us, until_us``   the window the events were observed in (until: the last known instant)

    A part of whole customers is again a JourneyColumns; arrays are views, nothing is copied.
    """

    offsets: I64
    time_us: I64
    event: U16
    channel: U8
    customer: I64
    person: Bool
    event_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    since_us: int
    until_us: int
    properties: PropertySource = field(default_factory=GivenProperties)

    def __post_init__(self) -> None:
        fix_arrays(self, offsets=np.int64, time_us=np.int64, event=np.uint16, channel=np.uint8)
        fix_arrays(self, customer=np.int64, person=np.bool_)

    @property
    def customers(self) -> int:
        return len(self.offsets) - 1

    @property
    def events(self) -> int:
        return int(self.offsets[-1] - self.offsets[0]) if len(self.offsets) else 0

    def code(self, name: str) -> int:
        """The code of an event name, or -1 where no event has it."""
        return self.event_names.index(name) if name in self.event_names else -1

    def part(self, first: int, last: int) -> JourneyColumns:
        """Customers ``first`` up to, not including, ``last``, as views."""
        begin, end = int(self.offsets[first]), int(self.offsets[last])
        return replace(
            self,
            offsets=self.offsets[first : last + 1] - begin,
            time_us=self.time_us[begin:end],
            event=self.event[begin:end],
            channel=self.channel[begin:end],
            customer=self.customer[first:last],
            person=self.person[first:last],
            properties=PickedProperties(self.properties, slice(begin, end)),
        )

    def cuts(self, most: int) -> list[tuple[int, int]]:
        """The bounds of at most ``most`` parts of whole customers with about the same number of events each; at least
        one."""
        ends, bounds = np.linspace(0, self.events, most + 1)[1:-1].astype(np.int64), {0, self.customers}
        for some in passed(len(ends), self.offsets, at_once=_SOUGHT_AT_ONCE):
            bounds.update(np.searchsorted(self.offsets, ends[some]).tolist())
        return [*pairwise(sorted(bounds))] or [(0, self.customers)]

    def parts(self, most: int) -> Iterator[JourneyColumns]:
        """These parts, each made when it is wanted: of much that is mapped, only what is looked at is in memory."""
        return starmap(self.part, self.cuts(most))

    def blocks(self, events: int) -> Iterator[JourneyColumns]:
        """The same with about so many events each."""
        return self.parts(self.events // events + 1)

    def pick(self, customers: I64) -> JourneyColumns:
        """Only these customers, given by index, in that order; only their events are copied."""
        begin = self.offsets[customers]
        sizes = self.offsets[customers + 1] - begin
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        rows = np.repeat(begin - offsets[:-1], sizes) + np.arange(offsets[-1])
        return self._with_rows(rows, offsets, customers)

    def keep_events(self, mask: Bool) -> JourneyColumns:
        """Only the events where ``mask`` (bool[m]) is true; customers left without events leave too."""
        kept = np.concatenate(([0], np.cumsum(mask)))[self.offsets]
        some = np.diff(kept) > 0
        return self._with_rows(np.flatnonzero(mask), np.concatenate(([0], kept[1:][some])), some)

    def keep_customers(self, mask: Bool) -> JourneyColumns:
        """Only the customers where ``mask`` (bool[n]) is true, with all their events."""
        return self.keep_events(np.repeat(mask, np.diff(self.offsets)))

    def _with_rows(self, rows: I64, offsets: I64, customers: I64 | Bool) -> JourneyColumns:
        """Copies of these rows, which belong to these customers."""
        return replace(
            self,
            offsets=offsets,
            time_us=self.time_us[rows],
            event=self.event[rows],
            channel=self.channel[rows],
            customer=self.customer[customers],
            person=self.person[customers],
            properties=PickedProperties(self.properties, rows),
        )
