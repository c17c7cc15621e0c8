"""Properties of events as columns, for one test at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from periplo.predicates.clock import CALENDAR, calendar_column
from periplo.predicates.comparisons import NUMERIC, holds
from periplo.predicates.tree import PropertyIs
from periplo.vocabulary import taxonomy

Bool = NDArray[np.bool_]
I64 = NDArray[np.int64]

EVERYWHERE = ("event", "channel", "contact", *CALENDAR)
"""Properties that every event has, besides its own."""


class Coded(Protocol):
    """A text column in dictionary form, code -1 where an event has no value."""

    @property
    def codes(self) -> NDArray[np.int32]: ...
    @property
    def values(self) -> tuple[str, ...]: ...


class Properties(Protocol):
    def names(self) -> tuple[str, ...]: ...
    def column(self, name: str) -> Any:
        """A ``Coded`` column, float64[m] with NaN where missing, or None where no event has it."""


class Columns(Protocol):
    """What a predicate is evaluated over: the events of customers, as in ``periplo.journeys``."""

    @property
    def offsets(self) -> I64: ...
    @property
    def time_us(self) -> I64: ...
    @property
    def event(self) -> NDArray[Any]: ...
    @property
    def channel(self) -> NDArray[Any]: ...
    @property
    def event_names(self) -> tuple[str, ...]: ...
    @property
    def channel_names(self) -> tuple[str, ...]: ...
    @property
    def until_us(self) -> int: ...
    @property
    def properties(self) -> Properties: ...


def property_mask(test: PropertyIs, columns: Columns) -> Bool:
    """Where a test holds (bool[m])."""
    name = test.property
    if name == "event":
        return _of_codes(test, columns.event_names, columns.event)
    if name == "channel":
        return _of_codes(test, columns.channel_names, columns.channel)
    if name == "contact":
        return _of_codes(test, tuple(map(contact_of(test), columns.event_names)), columns.event)
    if name in CALENDAR:
        return _of_numbers(test, calendar_column(name, columns.time_us, test.zone))
    column = columns.properties.column(name)
    if column is None:
        return np.full(len(columns.time_us), holds(test)(None))
    if isinstance(column, np.ndarray):
        return _of_numbers(test, column)
    return _of_codes(test, column.values, column.codes)


def contact_of(test: PropertyIs) -> Callable[[str], str]:
    """The kind of contact of an event, by the words of the shop whose test this is."""
    own = dict(test.contacts)
    return lambda event: own.get(event) or taxonomy().contact(event)


def names_of(columns: Columns) -> tuple[str, ...]:
    """All properties that a test may name here."""
    return tuple(dict.fromkeys((*EVERYWHERE, *columns.properties.names())))


def _of_codes(test: PropertyIs, values: tuple[str, ...], codes: NDArray[Any]) -> Bool:
    """Each distinct value is tested once. The last place of the table answers for code -1, no value."""
    fits = _one_of(test) or holds(test)
    table = np.fromiter((*map(fits, values), fits(None)), np.bool_, len(values) + 1)
    return np.asarray(table[codes])


def _one_of(test: PropertyIs) -> Callable[[str | None], bool] | None:
    """Being one of some texts, for columns with very many values (order numbers)."""
    wanted = test.value if isinstance(test.value, tuple) else (test.value,)
    simple = test.op in ("eq", "in") and all(isinstance(value, str) for value in wanted)
    return frozenset(wanted).__contains__ if simple else None


def _of_numbers(test: PropertyIs, numbers: NDArray[np.float64]) -> Bool:
    compare: Mapping[str, Any] = NUMERIC
    if test.op in compare and isinstance(test.value, int | float):
        return np.asarray(compare[test.op](numbers, test.value))
    fits = holds(test)
    distinct, codes = np.unique(numbers, return_inverse=True)
    table = np.array([fits(None if np.isnan(value) else float(value)) for value in distinct], np.bool_)
    return np.asarray(table[codes])
