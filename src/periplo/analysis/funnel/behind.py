"""The customers behind a funnel's numbers."""

from __future__ import annotations

import numpy as np

from periplo.analysis.funnel.attempts import Attempts, follow
from periplo.analysis.funnel.funnel import BINS_S, Funnel, bins_of
from periplo.analysis.funnel.rules import NO_FURTHER
from periplo.analysis.grouping import OTHER
from periplo.journeys.columns import I64, Bool, JourneyColumns


def behind(asked: Funnel, columns: JourneyColumns, ref: str) -> I64 | None:
    """Indices of the customers who have such an attempt, ascending; None where there is no such number.

    ``funnel/<step, from 1>/customers|still_open|dropped[/<group>]``, ``funnel/<step>/time/<bin, from 0>[/<group>]``,
    ``funnel/<step>/next/<name>``, ``funnel/trend/<period>/entered|converted``, ``funnel/money/<currency>[/<group>]``.
    """
    return _Behind(asked, columns).find(ref)


def of_each(ref: str) -> bool:
    """Whether customers tell it each by themselves: groups, and what is "other", depend on what all of them did."""
    match ref.split("/"):
        case ["funnel", "trend", _, _] | ["funnel", "money", _] | ["funnel", _, "time", _] | ["funnel", _, _]:
            return True
        case ["funnel", _, "next", *name]:
            return name != [OTHER]
    return False


class _Behind:
    def __init__(self, asked: Funnel, columns: JourneyColumns) -> None:
        self.asked, self.columns, self.steps = asked, columns, len(asked.rules.steps)
        self.found: Attempts = follow(columns, asked.rules)

    def find(self, ref: str) -> I64 | None:
        match ref.split("/"):
            case ["funnel", "trend", period, what]:
                here = self._trend(period, what)
            case ["funnel", "money", currency, *group]:
                here = self._inside(self._money(currency), group)
            case ["funnel", step, "next", *name] if self._known(step) and name:
                here = self._next(int(step), "/".join(name))
            case ["funnel", step, "time", place, *group] if self._known(step) and place.isdecimal():
                here = self._inside(self._time(int(step), int(place)), group)
            case ["funnel", step, what, *group] if self._known(step):
                here = self._inside(self._step(int(step), what), group)
            case _:
                return None
        return None if here is None else np.unique(self.found.customer[here])

    def _known(self, step: str) -> bool:
        return step.isdecimal() and 1 <= int(step) <= self.steps

    def _step(self, step: int, what: str) -> Bool | None:
        found = self.found
        stopped = (found.level == step) & (step < self.steps)
        return {
            "customers": found.at(step - 1) >= 0,
            "still_open": stopped & found.still_open,
            "dropped": stopped & ~found.still_open,
        }.get(what)

    def _time(self, step: int, place: int) -> Bool | None:
        """``step`` 1 stands for the whole way."""
        if not self.asked.histogram or place > len(BINS_S):
            return None
        to = self.steps - 1 if step == 1 else step - 1
        row, since = self.found.at(to), self.found.at(0 if step == 1 else int(self.asked.rules.since[to]))
        here = row >= 0
        here[here] = bins_of(self.columns.time_us[row[here]] - self.columns.time_us[since[here]]) == place
        return here

    def _next(self, step: int, name: str) -> Bool | None:
        afterwards = self.asked.afterwards
        if afterwards is None:
            return None
        kinds = afterwards.kinds(self.columns, self.found)
        here = (self.found.level == step) & (kinds >= 0)
        names = [*afterwards.names, NO_FURTHER]
        if name in names:
            return np.asarray(here & (kinds == names.index(name)))
        if name != OTHER:
            return None
        counts = np.bincount(kinds[here], minlength=len(names))
        listed = [each.name for each in afterwards.tell(counts[None])[0] if each.name]
        return np.asarray(here & ~np.isin(kinds, [names.index(each) for each in listed]))

    def _trend(self, period: str, what: str) -> Bool | None:
        trend = self.asked.trend
        if trend is None or period not in trend.labels or what not in {"entered", "converted"}:
            return None
        here = trend.periods(self.columns, self.found) == trend.labels.index(period)
        return np.asarray(here & (self.found.level == self.steps)) if what == "converted" else here

    def _money(self, currency: str) -> Bool | None:
        money = self.asked.money
        if money is None or currency not in money.currencies:
            return None
        each = np.arange(len(self.found.level))
        sums = money.count(self.columns, self.found, each, len(each))[:, money.currencies.index(currency)]
        return np.asarray(sums[:, 0] + sums[:, 2] > 0)

    def _inside(self, here: Bool | None, group: list[str]) -> Bool | None:
        if here is None or not group:
            return here
        asked = self.asked
        listed = [told.label for told in asked.finish(asked.map(self.columns)).told[1:]]
        wanted = "/".join(group)
        if wanted not in listed:
            return None
        inside = np.array([(name if name in listed else OTHER) == wanted for name in asked.touch.labels])
        codes = asked.touch.codes(self.columns, self.found)
        return np.asarray(here & inside[codes])
