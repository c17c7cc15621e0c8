"""Narrowing journeys: to a window of time, to some customers, to a channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from periplo.analysis.periods import instant, microseconds, midnight
from periplo.analysis.question import ask
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import Bool, JourneyColumns
from periplo.language import Lang, t
from periplo.predicates import Predicate, evaluate_customers, tell
from periplo.vocabulary import Taxonomy

DAY_US = 24 * 3600 * 1_000_000
FIRST, LAST = date(1, 1, 2), date(9999, 12, 29)
"""Days before and after these would be the same; there a clock of any zone can still be told."""


@dataclass(frozen=True)
class Window:
    """From ``since_us`` up to, not including, ``end_us``."""

    since_us: int
    end_us: int

    def before(self, columns: JourneyColumns) -> Window:
        """The window that ends where this one begins, as long as this one is so far: the data may end within it."""
        end = min(self.end_us, columns.until_us + 1)
        return Window(2 * self.since_us - max(end, self.since_us), self.since_us)

    def last_us(self, columns: JourneyColumns) -> int:
        """The last instant in it: its end is not."""
        return max(columns.until_us - (columns.until_us == self.end_us), columns.since_us)

    def inside(self, columns: JourneyColumns) -> bool:
        """Whether the data reach back to its beginning, to the day."""
        return self.since_us > columns.since_us - DAY_US

    def __call__(self, columns: JourneyColumns) -> JourneyColumns:
        kept = columns.keep_events((columns.time_us >= self.since_us) & (columns.time_us < self.end_us))
        since = max(self.since_us, columns.since_us)
        return replace(kept, since_us=since, until_us=max(min(self.end_us, columns.until_us), since))


def window(columns: JourneyColumns, since: date | str | None, until: date | str | None, zone: str) -> Window:
    """A window from days in the shop's zone (``until`` included), or from instants (``until`` excluded).

    Raises ``UsageError`` where a text is no date, or the window ends before it begins.
    """
    start = columns.since_us if since is None else _instant(since, zone, 0)
    end = columns.until_us + 1 if until is None else _instant(until, zone, 1)
    if end <= start:
        raise _nothing(columns, since, until, zone)
    return Window(start, end)


def _nothing(columns: JourneyColumns, since: date | str | None, until: date | str | None, zone: str) -> UsageError:
    """Why a window is empty: its ends lie the wrong way round, or the only one that was given lies outside the data."""
    if not columns.events:
        return UsageError("There are no events yet.", fix="Leave the period out, or read a file first.")
    first, last = (_day(us, zone) for us in (columns.since_us, columns.until_us))
    if since is None:
        what, fix = "No event is as old as {until}: the first is of {first}.", "Choose a later end."
    elif until is None:
        what, fix = "Nothing has happened since {since}: the last event is of {last}.", "Choose an earlier beginning."
    else:
        what, fix = "The period ends before it begins: {since} to {until}.", ""
    return UsageError(what, fix=fix, since=since, until=until, first=first, last=last)


def _day(us: int, zone: str) -> str:
    return instant(us).astimezone(ZoneInfo(zone)).date().isoformat()


@dataclass(frozen=True)
class OnlyChannel:
    """Only the events of one channel. Raises ``UnknownName`` where no event has it."""

    name: str

    def __call__(self, columns: JourneyColumns) -> JourneyColumns:
        if self.name not in columns.channel_names:
            raise UnknownName("channel", str(self.name), columns.channel_names)
        return columns.keep_events(columns.channel == columns.channel_names.index(self.name))

    def tell(self, lang: Lang, words: Taxonomy) -> str:
        return t("Only the channel “{channel}”.", lang, channel=self.name)


@dataclass(frozen=True)
class OnlyCustomers:
    """Only the customers for whom a predicate holds at the end of the window. Which they are is told by ``mask``, so
    that their events need not be copied."""

    predicate: Predicate
    threads: int | None

    def mask(self, columns: JourneyColumns, before: Bool | None = None) -> Bool:
        """Whom it keeps (bool[n]) of those kept ``before`` (None: all)."""
        here = ask(columns, self, self.threads)
        return here if before is None else here & before

    def tell(self, lang: Lang, words: Taxonomy) -> str:
        return t("Only customers with: {what}.", lang, what=tell(self.predicate, lang, words))

    def map(self, part: JourneyColumns) -> Bool:
        return evaluate_customers(self.predicate, part)

    def merge(self, left: Bool, right: Bool) -> Bool:
        return np.concatenate((left, right))

    def finish(self, state: Bool) -> Bool:
        return state


Narrow = OnlyChannel | OnlyCustomers


def kept_of(columns: JourneyColumns, mask: Bool | None) -> JourneyColumns:
    """The events of the customers in the mask; of all where there is none."""
    return columns if mask is None else columns.keep_customers(mask)


def _instant(given: date | str, zone: str, days: int) -> int:
    try:
        when = given if isinstance(given, date) else _read(str(given))
        if isinstance(when, datetime):
            return microseconds(when)
        return midnight(min(max(when, FIRST), LAST) + timedelta(days=days), zone)
    except ValueError as error:
        raise UsageError(
            "“{text}” is not a date.", fix="Write it as 2026-01-31, or 2026-01-31T12:00:00+01:00.", text=given
        ) from error


def _read(text: str) -> date:
    return date.fromisoformat(text) if len(text) <= len("2026-01-31") else datetime.fromisoformat(text)
