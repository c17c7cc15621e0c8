"""What all questions stand on: the columns, how they are narrowed, the evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.grouping import Grouping, group_by
from periplo.analysis.listing import ListedCustomer, listed
from periplo.analysis.narrowing import Narrow, OnlyChannel, OnlyCustomers, Window, kept_of, window
from periplo.analysis.periods import PERIODS, instant
from periplo.analysis.question import AT_ONCE, Behind, Question, ask, find
from periplo.analysis.result import Evidence, Opener, Result
from periplo.analysis.seen import Seeing, Seen
from periplo.analysis.touchpoints import Occurring, Touchpoints
from periplo.errors import UnknownName
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.language import LANGUAGES, Lang
from periplo.predicates import EventIs, Predicate, parse, parse_duration, tell, unknown_names
from periplo.vocabulary import Taxonomy
from periplo.vocabulary import taxonomy as own_taxonomy

S = TypeVar("S")
R = TypeVar("R")
Step = str | Mapping[str, Any] | Predicate
"""A predicate: an event name, its YAML or JSON, or a parsed one."""


class Basis:
    """Journeys narrowed to what is looked at, and what every question needs of them.

    Narrowing gives other journeys; the data underneath are shared.

    ``columns``   the events, narrowed           ``names``     customer numbers -> the names to show
    ``currency``  of money that names none       ``zone``      time zone of days, weeks and months
    ``taxonomy``  the words of the shop          ``segments``  named predicates that others may refer to
    ``threads``   a core each unless given       ``left_out``  what was not read, by reason, for the evidence
    """

    def __init__(
        self,
        columns: JourneyColumns,
        *,
        names: Callable[[I64], list[str]] | None = None,
        currency: str | None = None,
        zone: str = "UTC",
        taxonomy: Taxonomy | None = None,
        segments: Mapping[str, Predicate] | None = None,
        threads: int | None = None,
        left_out: Mapping[str, int] | None = None,
    ) -> None:
        self.currency, self.zone, self.threads = currency, zone, threads
        self.taxonomy = taxonomy or own_taxonomy()
        self.segments = segments or {}
        self._names, self._left_out = names, dict(left_out or {})
        self._whole = columns
        self._window: Window | None = None
        self._narrowed: tuple[Narrow, ...] = ()

    @cached_property
    def columns(self) -> JourneyColumns:
        return kept_of(*self.kept)

    @cached_property
    def kept(self) -> tuple[JourneyColumns, Bool | None]:
        """The same before the events of customers are left out, and which customers are looked at (bool[n]; None:
        all), for questions that can look at these alone without copying their events."""
        return self._kept_in(self._window)

    # narrowing

    def between(self, since: date | str | None = None, until: date | str | None = None) -> Self:
        """Only events from ``since`` until ``until``: days of the shop's zone, both included, or instants, the second
        excluded. Raises ``UsageError`` for what is no date."""
        if since is None and until is None:
            return self
        return self._with(window(self._whole, since, until, self.zone), self._narrowed)

    def where(self, predicate: Step) -> Self:
        """Only the customers for whom the predicate holds at the end of the window, with all their events.

        Raises ``BadPredicate``, and ``UnknownName`` as ``meant``; one that was read already, as a segment's, may name
        what has not happened yet.
        """
        found = predicate if isinstance(predicate, Predicate) else self.meant(predicate)
        return self._with(self._window, (*self._narrowed, OnlyCustomers(found, self.threads)))

    def channel(self, name: str) -> Self:
        """Only the events of one channel. Raises ``UnknownName`` where no event has it."""
        return self._with(self._window, (*self._narrowed, OnlyChannel(name)))

    # people and evidence

    def customers(self, indices: I64) -> list[str]:
        """The names to show of customers, given by index as ``behind`` answers them."""
        return self.called(self.columns.customer[indices])

    def called(self, numbers: I64) -> list[str]:
        """The names to show of customers, given by number."""
        return self._names(numbers) if self._names else [str(number) for number in numbers]

    def each(self, indices: I64) -> Iterator[ListedCustomer]:
        """Customers one after another, given by index as ``behind`` answers them: who, when seen, what they did and
        spent. Read in batches, never all at once."""
        return listed(self.columns, indices, self.called, self.taxonomy, self.currency)

    @cached_property
    def evidence(self) -> Evidence:
        """On what all numbers rest: known customers, all events, the window, the share of events with a customer."""
        columns, seen = self.kept[0], self._seen()
        return Evidence(
            customers=seen.persons,
            events=seen.events,
            since=instant(columns.since_us),
            until=instant(self.last_us(columns)),
            known_share=seen.known / seen.events if seen.events else 1.0,
            left_out=self._left_out | {"unknown customers, one per order": seen.strangers},
            zone=self.zone,
            only=self.only,
        )

    @property
    def only(self) -> dict[Lang, str]:
        """To what channel and customers these were narrowed, in words; empty where they were not."""
        said = {lang: [each.tell(lang, self.taxonomy) for each in self._narrowed] for lang in LANGUAGES}
        return {lang: " ".join(each) for lang, each in said.items() if each}

    def last_us(self, columns: JourneyColumns) -> int:
        """The last instant that is looked at."""
        return self._window.last_us(columns) if self._window else columns.until_us

    # inside

    @cached_property
    def touchpoints(self) -> Touchpoints:
        return Touchpoints.among(self.columns, self.taxonomy, self.ask(Occurring()))

    @cached_property
    def earlier(self) -> JourneyColumns | None:
        """The period before a chosen one, narrowed alike; None where the data do not reach back."""
        before = self._window.before(self._whole) if self._window else None
        return self._columns_in(before) if before and before.inside(self._whole) else None

    def _seen(self) -> Seen:
        columns, mask = self.kept
        return ask(columns, Seeing(columns.customer, mask), self.threads)

    def _columns_in(self, chosen: Window | None) -> JourneyColumns:
        return kept_of(*self._kept_in(chosen))

    def _kept_in(self, chosen: Window | None) -> tuple[JourneyColumns, Bool | None]:
        columns, mask = chosen(self._whole) if chosen else self._whole, None
        for narrow in self._narrowed:
            if isinstance(narrow, OnlyCustomers):
                mask = narrow.mask(columns, mask)
            else:
                columns, mask = narrow(kept_of(columns, mask)), None
        return columns, mask

    def _with(self, chosen: Window | None, narrowed: tuple[Narrow, ...]) -> Self:
        other = type(self)(
            self._whole,
            names=self._names,
            currency=self.currency,
            zone=self.zone,
            taxonomy=self.taxonomy,
            segments=self.segments,
            threads=self.threads,
            left_out=self._left_out,
        )
        other._window, other._narrowed = chosen, narrowed
        return other

    def ask(self, question: Question[S, R], at_once: int = AT_ONCE) -> R:
        return ask(self.columns, question, self.threads, at_once)

    def ask_persons(self, question: Question[S, R]) -> R:
        """The same of a question that looks at persons only: who is left out is none, and no events are copied."""
        columns, mask = self.kept
        marked = columns if mask is None else replace(columns, person=columns.person & mask)
        return ask(marked, question, self.threads)

    def find(self, behind: Behind, ref: str) -> I64 | None:
        """The customers behind a reference, found by ``behind``, which looks at each customer alone."""
        return find(self.columns, behind, ref, self.threads)

    def indices(self, numbers: I64 | None) -> I64 | None:
        """Customers given by number as ``behind`` answers them."""
        return None if numbers is None else np.searchsorted(self.columns.customer, np.sort(numbers))

    def groups(self, by: str | None) -> Grouping:
        """Periods are those of the window; values of a property those of all the data, whatever is looked at."""
        return group_by(by, self.kept[0] if by in PERIODS else self._whole, self.zone)

    def in_segments(self) -> dict[str, Self]:
        return {name: self.where(predicate) for name, predicate in self.segments.items()}

    def open_segment(self, whole: Result, inside: Mapping[str, Basis], each: Mapping[str, Result]) -> Opener:
        """A reference that ends in a segment is opened there; its customers get their index among all."""

        def opener(ref: str) -> I64 | None:
            name = next((name for name in each if ref.endswith(f"/{name}")), None)
            if name is None:
                return whole.behind(ref)
            found = each[name].behind(ref.removesuffix(f"/{name}"))
            return np.searchsorted(self.columns.customer, inside[name].columns.customer[found])

        return opener

    def predicate(self, given: Step) -> Predicate:
        return parse(given, segments=self.segments, words=self.taxonomy, zone=self.zone)

    def meant(self, given: Step) -> Predicate:
        """What somebody asks for. A name that neither the data nor the vocabulary have is a slip: ``UnknownName``."""
        predicate = self.predicate(given)
        for unknown in unknown_names(predicate, self._whole, self.taxonomy):
            raise UnknownName(unknown.kind, unknown.name, unknown.known)
        return predicate

    def condition(self, given: Step) -> Condition:
        """A step of a funnel. Raises as ``meant``."""
        predicate = self.meant(given)
        match predicate:
            case EventIs(names=(name,), where=()):
                return Condition(name, predicate)
        return Condition(tell(predicate, "en", self.taxonomy), predicate)


def microseconds(text: str) -> int:
    """A duration as people write it, 7d or 2h30min, in microseconds. Raises ``BadPredicate``."""
    return parse_duration(text) // timedelta(microseconds=1)
