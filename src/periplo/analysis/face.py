"""``Journeys``: the journeys of a shop or a file, and the questions one can ask of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from periplo.analysis.result import Result
from periplo.journeys.columns import I64, JourneyColumns
from periplo.vocabulary import Taxonomy

Step = Any
"""A predicate: an event name, its YAML/JSON tree, or a parsed one."""


class Journeys:
    """Journeys to ask questions of. Narrowing gives another Journeys; the data underneath are shared.

    ``columns``   the events                       ``names``     customer numbers -> names to show
    ``currency``  of money without one             ``zone``      time zone of days, weeks and months
    ``taxonomy``  the words of the shop            ``segments``  named predicates that others may refer to
    """

    def __init__(
        self,
        columns: JourneyColumns,
        *,
        names: Callable[[I64], list[str]] | None = None,
        currency: str | None = None,
        zone: str = "UTC",
        taxonomy: Taxonomy | None = None,
        segments: Mapping[str, Step] | None = None,
    ) -> None:
        self.columns = columns
        raise NotImplementedError

    # narrowing
    def between(self, since: date | str | None = None, until: date | str | None = None) -> Journeys:
        """Events from ``since``, up to and including the day ``until`` (a datetime: up to that instant)."""
        raise NotImplementedError

    def where(self, predicate: Step) -> Journeys:
        """The customers for whom the predicate holds at the end of the window, with all their events."""
        raise NotImplementedError

    def channel(self, name: str) -> Journeys:
        """Only the events of one channel."""
        raise NotImplementedError

    # questions
    def funnel(self, *steps: Step, within: str = "7d", by: str | None = None) -> Result:
        """FunnelResult: .steps[FunnelStep(name, customers, rate, rate_from_previous, still_open, dropped, median_s,
        p90_s, mean_s)], .groups[FunnelGroup(value, steps)]
        refs funnel/<step 1..>/customers|still_open|dropped[/<group>]"""
        raise NotImplementedError

    def stages(self, stages: Sequence[tuple[str, Step]] | None = None, patience: str = "30d") -> Result:
        """StageFlow: .stages[StageNumbers(id, customers, entered, went_on, dropped, still_open, median_s, p90_s,
        events, entries[TouchCount], exits[TouchCount], touchpoints[TouchCount], actions[Count], channels[Count],
        switches, content{"page"|"category"|"query"|"product_id": [Count]})]; refs
        stage/<id>/customers|entered|went_on|dropped|still_open, stage/<id>/entry|exit|touchpoint/<channel>/<contact>,
        stage/<id>/action/<event>, stage/<id>/channel/<channel>, stage/<id>/content/<kind>/<value>"""
        raise NotImplementedError

    def transitions(self, collapse: bool = True) -> Result:
        """Transitions: .moves[Move(from_channel, from_contact, to_channel, to_contact, n, share_out, share_in,
        median_s, p90_s)]; from None/None: start, to None/None: no further step; refs transition/<from>/<to> with
        <channel>:<contact>, start, end"""
        raise NotImplementedError

    def sessions(self) -> Result:
        """Sessions: per channel sessions, customers, events per session, median and p90 length, with order."""
        raise NotImplementedError

    def cycles(self) -> Result:
        """Cycles: cycles, with order, open, duration, channels per cycle, switches; matrix first x order channel."""
        raise NotImplementedError

    def kpis(self, by: str | None = None) -> Result:
        """Kpis: .values[Kpi(id, group, currency, value, unit, n, before, change, missing)]; .get(id, group=None);
        refs kpi/<id>[/<group>]"""
        raise NotImplementedError

    def cohorts(self) -> Result:
        """Cohorts: months of the first order x months after: customers who ordered again; refs cohort/2010-12/3"""
        raise NotImplementedError

    def customers(self, indices: I64) -> list[str]:
        """The names of customers by index (as ``behind`` answers them)."""
        raise NotImplementedError
