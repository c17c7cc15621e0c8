"""Splitting numbers by channel, by a property, or by day, week or month (``by=``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from periplo.analysis.periods import PERIODS, periods
from periplo.errors import UnknownName
from periplo.journeys.columns import I64, Coded, JourneyColumns
from periplo.language import Lang, t
from periplo.vocabulary import channel_label

UNKNOWN = "unknown"
OTHER = "other"


def group_label(by: str, label: str | None, lang: Lang) -> str:
    """A group as a reader sees it; None is all together."""
    if label is None or label in {UNKNOWN, OTHER}:
        return t(label or "all", lang)
    return channel_label(label, lang) if by == "channel" else label


class Grouping(Protocol):
    """Gives every fact, anchored at an event, to one of the groups ``labels``."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        """The group of each of the events ``rows``."""


@dataclass(frozen=True)
class Together:
    """All in one group."""

    labels: tuple[str, ...] = ("",)

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        return np.zeros(len(rows), np.int64)


@dataclass(frozen=True)
class ByChannel:
    labels: tuple[str, ...]

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        return part.channel[rows].astype(np.int64)


@dataclass(frozen=True)
class ByPeriod:
    starts: I64
    labels: tuple[str, ...]

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        return np.maximum(np.searchsorted(self.starts, part.time_us[rows], "right") - 1, 0)


@dataclass(frozen=True)
class ByProperty:
    """By a property of the anchoring event; events without it are in the group "unknown"."""

    name: str
    labels: tuple[str, ...]
    numbers: tuple[float, ...] | None = None

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        column = part.properties.column(self.name)
        unknown = self.labels.index(UNKNOWN)
        if isinstance(column, Coded):
            codes = column.codes[rows].astype(np.int64)
            return np.where(codes < 0, unknown, codes)
        if column is None or self.numbers is None:
            return np.full(len(rows), unknown, np.int64)
        return np.where(np.isnan(column[rows]), unknown, np.searchsorted(self.numbers, column[rows]))


def group_by(by: str | None, columns: JourneyColumns, zone: str) -> Grouping:
    """The groups of ``by``: None (all together), "channel", "day", "week", "month", or the name of a property.

    Raises ``UnknownName`` for a property that no event has.
    """
    if by is None:
        return Together()
    if by == "channel":
        return ByChannel(columns.channel_names)
    for unit in PERIODS:
        if by == unit:
            return ByPeriod(*periods(columns.since_us, columns.until_us, zone, unit))
    column = columns.properties.column(by)
    if column is None:
        raise UnknownName("property", by, ["channel", *PERIODS, *columns.properties.names()])
    if isinstance(column, Coded):
        return ByProperty(by, tuple(dict.fromkeys((*column.values, UNKNOWN))))
    numbers = tuple(np.unique(column[~np.isnan(column)]).tolist())
    return ByProperty(by, (*(f"{number:g}" for number in numbers), UNKNOWN), numbers)


@dataclass(frozen=True)
class Limited:
    """Another grouping of which some groups stand alone and the rest are "other". ``place[group]`` is the new one."""

    inner: Grouping
    place: I64
    labels: tuple[str, ...]

    def codes(self, part: JourneyColumns, rows: I64) -> I64:
        found: I64 = self.place[self.inner.codes(part, rows)]
        return found


def limited(grouping: Grouping, columns: JourneyColumns, most: int) -> Grouping:
    """At most ``most`` groups, those with the most events, and "other"; periods and few groups stay as they are."""
    if len(grouping.labels) <= most or isinstance(grouping, ByPeriod):
        return grouping
    groups = grouping.codes(columns, np.arange(columns.events))
    kept, place = largest(np.bincount(groups, minlength=len(grouping.labels)), most)
    return Limited(grouping, place, (*(grouping.labels[group] for group in kept), OTHER))


def largest(sizes: I64, most: int) -> tuple[I64, I64]:
    """The ``most`` largest groups that have anything, largest first, and for each group its place among them.

    What does not fit shares the place after the last: the row "other".
    """
    order = np.argsort(-sizes, kind="stable")
    kept = order[sizes[order] > 0][:most]
    place = np.full(len(sizes), len(kept), np.int64)
    place[kept] = np.arange(len(kept))
    return kept, place
