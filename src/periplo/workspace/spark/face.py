"""``on_spark``: the same journeys and questions, run by Apache Spark over the files of the lake."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from periplo.analysis import Journeys, Result, questions
from periplo.analysis.listing import ListedCustomer
from periplo.analysis.narrowing import Window
from periplo.analysis.question import AT_ONCE, Behind, Question
from periplo.analysis.seen import Seeing, Seen
from periplo.errors import MissingExtra, UnknownName
from periplo.journeys.build import Rows, build
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.workspace.shop import Shop
from periplo.workspace.spark.header import Elsewhere, Header
from periplo.workspace.spark.part import Task

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from periplo.workspace.spark.lake import SparkLake

S = TypeVar("S")
R = TypeVar("R")


class AnsweredHere(UserWarning):
    """A question needed the events where the driver is: the shop itself answered, not Spark."""


def on_spark(spark: SparkSession, lake_url: Path | str, *, parts: int | None = None) -> SparkJourneys:
    """The journeys of a shop, asked on Spark: ``lake_url`` is the shop's folder or its ``lake/events``.

    ``parts``: into how many the customers are divided, by default what spark.sql.shuffle.partitions says.
    Events that are not archived yet are left out. Raises ``NotAShop``, and ``MissingExtra`` without pyspark.
    """
    try:
        from periplo.workspace.spark.lake import SparkLake
    except ImportError as error:
        raise MissingExtra("Spark needs pyspark.", fix="Install it: pip install 'periplo[spark]'.") from error
    place = Path(lake_url)
    root = place.parent.parent if (place.parent.name, place.name) == ("lake", "events") else place
    return SparkJourneys(SparkLake.of(spark, Shop.open(root), parts))


class SparkJourneys(Journeys):
    """Journeys whose events stay on the executors: the driver has their names, window and the states of questions.

    What a question does with events beyond ``map`` needs them where the driver is: then the shop itself answers, with
    the warning ``AnsweredHere``. As the driver has no columns, ``behind`` answers the numbers of customers, ascending,
    and ``customers`` and ``each`` take these.
    """

    def __init__(self, lake: SparkLake) -> None:
        shop = lake.shop
        super().__init__(
            lake.header,
            names=shop.customer_names,
            currency=shop.settings.currency,
            zone=shop.settings.time_zone,
            taxonomy=shop.taxonomy,
            segments=lake.segments,
        )
        self._lake = lake
        self._steps: tuple[Callable[[Journeys], Journeys], ...] = ()

    # narrowing: here for the header, on the executors for the events, and in the shop where it has to answer

    def between(self, since: Any = None, until: Any = None) -> Self:
        return self._stepped(super().between(since, until), lambda face: face.between(since, until))

    def where(self, predicate: Any) -> Self:
        return self._stepped(super().where(predicate), lambda face: face.where(predicate))

    def channel(self, name: str) -> Self:
        if name not in self._lake.header.channel_names:
            raise UnknownName("channel", name, self._lake.header.channel_names)
        return self._stepped(super().channel(name), lambda face: face.channel(name))

    def ask(self, question: Question[S, R], at_once: int = AT_ONCE) -> R:
        """The states of all parts, which are Spark's, in the order of their customers, merged here."""
        header = self._header
        states = self._lake.run(Task(header, self._window, self._narrowed, question.map))
        return question.finish(reduce(question.merge, states or [question.map(_nobody(header))]))

    def ask_persons(self, question: Question[S, R]) -> R:
        return self.ask(question)

    @cached_property
    def kept(self) -> tuple[JourneyColumns, Bool | None]:
        return self._header, None

    @cached_property
    def columns(self) -> JourneyColumns:
        return self._header

    def _seen(self) -> Seen:
        return self.ask(Seeing())

    def find(self, behind: Behind, ref: str) -> I64 | None:
        """Found by the executors, each in its parts."""
        parts = self._lake.run(Task(self._header, self._window, self._narrowed, _Opened(behind, ref)))
        known = [numbers for numbers in parts if numbers is not None]
        return np.concatenate(known) if known else None

    def indices(self, numbers: I64 | None) -> I64 | None:
        return None if numbers is None else np.sort(numbers)

    def customers(self, indices: I64) -> list[str]:
        return self.called(indices)

    def each(self, indices: I64) -> Iterator[ListedCustomer]:
        here = self.here()
        return here.each(np.searchsorted(here.columns.customer, indices))

    def here(self) -> Journeys:
        """The same journeys, narrowed alike, where the driver is."""
        return reduce(lambda face, step: step(face), self._steps, self._lake.shop.journeys())

    @cached_property
    def _header(self) -> Header:
        """In a window the header is that of the window, as the events of its parts are."""
        whole, chosen = self._lake.header, self._window
        if chosen is None:
            return whole
        since = max(chosen.since_us, whole.since_us)
        return whole.during(since, max(min(chosen.end_us, whole.until_us), since))

    def _kept_in(self, chosen: Window | None) -> tuple[JourneyColumns, Bool | None]:
        raise Elsewhere("columns")

    def _with(self, chosen: Any, narrowed: Any) -> Self:
        other = type(self)(self._lake)
        other._window, other._narrowed, other._steps = chosen, narrowed, self._steps
        return other

    def _stepped(self, other: Self, step: Callable[[Journeys], Journeys]) -> Self:
        if other is not self:
            other._steps = (*self._steps, step)
        return other


@dataclass(frozen=True)
class _Opened:
    """The numbers of the customers of a part that are behind a reference, or None where there is no such."""

    behind: Behind
    ref: str

    def __call__(self, part: JourneyColumns) -> I64 | None:
        found = self.behind(part, self.ref)
        return None if found is None else part.customer[found]


def _nobody(header: Header) -> JourneyColumns:
    none = np.zeros(0, np.int64)
    ready, _ = build(Rows(none, none, none, none.astype(np.uint16), none.astype(np.uint8)))
    return replace(
        ready.columns(
            person=none.astype(np.bool_),
            event_names=header.event_names,
            channel_names=header.channel_names,
            since_us=header.since_us,
            until_us=header.until_us,
        )
    )


def _on_spark_or_here(name: str) -> Callable[..., Result]:
    """A question asked on Spark, and who is behind its numbers; of the shop itself where it needs the events here."""
    asked = getattr(Journeys, name)

    @wraps(asked)
    def ask(self: SparkJourneys, *given: Any, **options: Any) -> Result:
        def here() -> Result:
            warnings.warn(f"{name} was answered by the shop, not on Spark", AnsweredHere, stacklevel=3)
            return _by_number(self.here(), lambda journeys: getattr(journeys, name)(*given, **options))

        try:
            found: Result = asked(self, *given, **options)
        except Elsewhere:
            return here()
        there = found.opener

        def opener(ref: str) -> I64 | None:
            try:
                return there(ref) if there is not None else None
            except Elsewhere:
                return here().behind(ref)

        return found.opened_by(opener)

    return ask


def _by_number(journeys: Journeys, asked: Callable[[Journeys], Result]) -> Result:
    """An answer of the shop that tells the customers behind its numbers as those of Spark do."""
    found = asked(journeys)
    there = found.opener

    def opener(ref: str) -> I64 | None:
        indices = there(ref) if there is not None else None
        return None if indices is None else journeys.columns.customer[indices]

    return found.opened_by(opener)


for _name in [*questions(Journeys), "stages"]:
    setattr(SparkJourneys, _name, _on_spark_or_here(_name))
