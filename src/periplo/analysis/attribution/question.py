"""Attribution as a question: paths read off the journeys, credit added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from periplo.analysis.attribution.credits import Paths, Sharing, Tally
from periplo.analysis.attribution.kinds import Kinds
from periplo.analysis.attribution.models import BY_PLACES, Model
from periplo.analysis.condition import Condition
from periplo.analysis.facts import Facts
from periplo.analysis.grouping import Grouping
from periplo.analysis.touchpoints import touches
from periplo.journeys.columns import F64, I64, U8, U16, Bool, JourneyColumns
from periplo.journeys.kernels.attribution import CONVERSION, TOUCH, touch_paths
from periplo.vocabulary import Taxonomy

MONEY_UNIT = 5040
"""A minor unit of money is shared out in so many: alike among up to 10 touches without a rest."""
COSTS = ("cost_minor", "acquisition_cost_minor", "retention_cost_minor")
"""The properties in which events carry what was spent, in minor units."""


@dataclass(frozen=True)
class State:
    """``tally``; ``still_open`` int64[groups] ends that may convert yet; ``cost`` int64[purses, kinds] minor units;
    ``outside``: how many touches are in no path."""

    tally: Tally
    still_open: I64
    cost: I64
    outside: int


@dataclass(frozen=True)
class Walked:
    """Paths of a part: ``touch`` the rows of all touches; per path ``low``, ``high``, and the row it converted ``at``,
    -1 where it did not; the ``anchor`` is that row, or the last touch."""

    touch: I64
    low: I64
    high: I64
    at: I64

    @cached_property
    def anchor(self) -> I64:
        return np.where(self.at >= 0, self.at, self.touch[np.maximum(self.high - 1, 0)] if len(self.touch) else -1)

    @property
    def outside(self) -> int:
        """How many touches are in no path: paths ascend, and overlap at most with the one before."""
        until = np.maximum.accumulate(np.append(0, self.high))[:-1]
        return int(len(self.touch) - np.maximum(self.high - np.maximum(self.low, until), 0).sum())


@dataclass(frozen=True)
class AttributionQuestion:
    """The question. ``touches`` None: every contact of the customer. ``gap_us``, ``lookback_us`` as in ``touch_paths``;
    ``groups`` splits by conversions, and by the last touch where there is none."""

    conversion: Condition
    touches: Condition | None
    kinds: Kinds
    groups: Grouping
    sharing: Sharing
    currencies: tuple[str, ...]
    default_currency: int
    taxonomy: Taxonomy
    gap_us: int
    lookback_us: int
    once: bool

    def walk(self, part: JourneyColumns) -> tuple[Walked, I64]:
        """The paths, and the kind of each touch."""
        code, role = self._roles(part)
        kinds = self.kinds.codes(part)
        found = touch_paths(
            *(part.offsets, part.time_us, part.person, code, role, kinds, len(self.kinds.labels)),
            *(self.gap_us, self.lookback_us, self.once),
        )
        walked = Walked(*found)
        return walked, kinds[walked.touch].astype(np.int64)

    def map(self, part: JourneyColumns) -> State:
        walked, kind = self.walk(part)
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        converted = walked.at >= 0
        group = self.group(part, walked)
        paid = facts.money(walked.at[converted])
        money, purse = np.zeros(len(group), np.int64), group * len(self.currencies)
        money[converted] = paid.minor * MONEY_UNIT
        purse[converted] += paid.currency
        ended = ~converted
        tally = self.sharing.tally(
            Paths(
                kind=kind,
                moment=part.time_us[walked.touch],
                low=walked.low,
                high=walked.high,
                converted=converted.astype(np.int64),
                ended=ended.astype(np.int64),
                group=group,
                money=money,
                purse=purse,
            )
        )
        waiting = self.waiting(part, walked)
        still_open = np.bincount(group[waiting], minlength=self.sharing.groups)
        return State(tally, still_open, self._costs(part, facts), walked.outside)

    def merge(self, left: State, right: State) -> State:
        return State(
            left.tally + right.tally,
            left.still_open + right.still_open,
            left.cost + right.cost,
            left.outside + right.outside,
        )

    def finish(self, state: State) -> State:
        return state

    def group(self, part: JourneyColumns, walked: Walked) -> I64:
        return self.groups.codes(part, walked.anchor)

    def waiting(self, part: JourneyColumns, walked: Walked) -> Bool:
        """Which paths have no conversion yet and still may."""
        recent: Bool = part.time_us[walked.anchor] + self.lookback_us >= part.until_us
        return (walked.at < 0) & recent

    def credited(self, walked: Walked, kind: I64, wanted: int, model: Model) -> Bool:
        """In which paths touches of a kind get credit for a conversion."""
        n = walked.high - walked.low
        some = (walked.at >= 0) & (n > 0)
        found = np.zeros(len(n), np.bool_)
        if some.any():
            low, last = np.where(some, walked.low, 0), np.where(some, walked.high - 1, 0)
            if model == "last_non_direct":
                found = kind[self._source(kind, low, last)] == wanted
            elif model in BY_PLACES:
                found = _placed(kind == wanted, low, last, self.sharing.shares[BY_PLACES.index(model)])
            else:
                found = _between(kind == wanted, low, last)
        return found & some

    def _source(self, kind: I64, low: I64, last: I64) -> I64:
        """The last touch of each path that is not direct, or the last of all."""
        sources = np.maximum.accumulate(np.where(self.sharing.direct[kind], -1, np.arange(len(kind))))[last]
        return np.where(sources >= low, sources, last)

    def _roles(self, part: JourneyColumns) -> tuple[U16, U8]:
        """A code per event and what each is: by name alone where that is enough."""
        contacts = touches(part, self.taxonomy) if self.touches is None else self.touches.names(part.event_names)
        conversions = self.conversion.names(part.event_names)
        if contacts is not None and conversions is not None:
            return part.event, (contacts * TOUCH + conversions * CONVERSION).astype(np.uint8)
        contact = touches(part, self.taxonomy)[part.event] if self.touches is None else self.touches.mask(part)
        code = contact * np.uint16(TOUCH) + self.conversion.mask(part) * np.uint16(CONVERSION)
        return code.astype(np.uint16), np.arange(4, dtype=np.uint8)

    def _costs(self, part: JourneyColumns, facts: Facts) -> I64:
        cost = np.zeros((self.sharing.groups * len(self.currencies), len(self.kinds.labels)), np.int64)
        for name in COSTS:
            column = part.properties.column(name)
            if isinstance(column, np.ndarray):
                rows = np.flatnonzero(~np.isnan(column))
                kind = self.kinds.at(part, rows)
                rows, kind = rows[kind >= 0], kind[kind >= 0]
                purse = self.groups.codes(part, rows) * len(self.currencies) + facts.money(rows).currency
                np.add.at(cost, (purse, kind), np.rint(column[rows]).astype(np.int64))
        return cost


def _between(mine: Bool, first: I64, last: I64) -> Bool:
    """Whether any touch from the first to the last, both included, is mine."""
    before = np.append(0, np.cumsum(mine))
    return np.asarray(before[last + 1] > before[np.minimum(first, last + 1)])


def _placed(mine: Bool, first: I64, last: I64, shares: F64) -> Bool:
    """Whether a touch of mine has a place that gets credit; a path without such places is shared alike."""
    n = last - first + 1
    alike = (n == 1) | (n == 2) & (shares[0] + shares[2] == 0)
    ends = mine[first] & (shares[0] > 0) | mine[last] & (shares[2] > 0)
    inner = (n > 2) & (shares[1] > 0) & _between(mine, first + 1, last - 1)
    return np.where(alike, _between(mine, first, last), ends | inner)
