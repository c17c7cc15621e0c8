"""The ordered funnel with the latest valid start (SEMANTICS 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.funnel.result import FunnelStep
from periplo.analysis.grouping import OTHER, Grouping, Together, largest
from periplo.analysis.numbers import joined, median_and_p90, seconds, share
from periplo.analysis.result import Definition
from periplo.journeys.columns import F64, I64, U16, U32, Bool, JourneyColumns
from periplo.journeys.kernels.funnel import funnel

MOST_STEPS = 16
MOST_GROUPS = 20


@dataclass(frozen=True)
class FunnelState:
    """``reached``, ``still_open`` int64[groups, steps]; per step taken its group, step and time from the one before."""

    reached: I64
    still_open: I64
    group: I64
    step: I64
    time: I64


@dataclass(frozen=True)
class Funnel:
    """The question. ``within_us``: the longest time from the first step to the last, edge included."""

    steps: Sequence[Condition]
    within_us: int
    grouping: Grouping

    def follow(self, part: JourneyColumns) -> tuple[I64, Bool, I64, I64]:
        """Per customer: steps reached, whether their window is still open, the rows that served, their group."""
        code, bits = self._steps_of_events(part)
        reached, chain, latest = funnel(
            part.offsets, part.time_us, part.person, code, bits, len(self.steps), self.within_us
        )
        still_open = (reached > 0) & (reached < len(self.steps)) & (latest + self.within_us >= part.until_us)
        group = np.zeros(len(reached), np.int64)
        started = np.flatnonzero(reached)
        group[started] = self.grouping.codes(part, chain[started, 0])
        return reached.astype(np.int64), still_open, chain, group

    def map(self, part: JourneyColumns) -> FunnelState:
        reached, still_open, chain, group = self.follow(part)
        shape = (len(self.grouping.labels), len(self.steps) + 1)
        ends = group * shape[1] + reached
        exactly = np.bincount(ends, minlength=shape[0] * shape[1]).reshape(shape)
        waiting = np.bincount(ends[still_open], minlength=shape[0] * shape[1]).reshape(shape)
        at_least = exactly[:, ::-1].cumsum(axis=1)[:, ::-1]
        took = [np.flatnonzero(reached > step) for step in range(1, len(self.steps))]
        times = [part.time_us[chain[who, k + 1]] - part.time_us[chain[who, k]] for k, who in enumerate(took)]
        return FunnelState(
            at_least[:, 1:],
            waiting[:, 1:],
            joined([group[who] for who in took]),
            joined([np.full(len(who), k + 1) for k, who in enumerate(took)]),
            joined(times),
        )

    def merge(self, left: FunnelState, right: FunnelState) -> FunnelState:
        return FunnelState(
            left.reached + right.reached,
            left.still_open + right.still_open,
            np.concatenate((left.group, right.group)),
            np.concatenate((left.step, right.step)),
            np.concatenate((left.time, right.time)),
        )

    def finish(self, state: FunnelState) -> list[tuple[str, list[FunnelStep]]]:
        """The steps of all customers together (named ""), then of each group, the largest first."""
        kept, place = largest(state.reached[:, 0], MOST_GROUPS)
        labels = [self.grouping.labels[group] for group in kept]
        if state.reached[:, 0].sum() > state.reached[kept, 0].sum():
            labels.append(OTHER)
        whole = self._table(state, np.zeros(len(place), np.int64), 1)
        each = [] if isinstance(self.grouping, Together) else self._table(state, place, len(labels))
        return [("", whole[0]), *zip(labels, each, strict=False)]

    def _table(self, state: FunnelState, place: I64, groups: int) -> list[list[FunnelStep]]:
        k = len(self.steps)
        reached, still_open = np.zeros((groups + 1, k), np.int64), np.zeros((groups + 1, k), np.int64)
        np.add.at(reached, place, state.reached)
        np.add.at(still_open, place, state.still_open)
        cells = place[state.group] * k + state.step
        ranks = median_and_p90(cells, state.time, (groups + 1) * k).reshape(-1, k, 2)
        sums = np.bincount(cells, state.time, (groups + 1) * k).reshape(-1, k)
        return [self._steps(reached[g], still_open[g], ranks[g], sums[g]) for g in range(groups)]

    def _steps(self, reached: I64, still_open: I64, ranks: F64, sums: F64) -> list[FunnelStep]:
        following = np.append(reached[1:], reached[-1])
        return [
            FunnelStep(
                name=condition.name,
                customers=int(reached[k]),
                rate=share(reached[k], reached[0]),
                rate_from_previous=share(reached[k], reached[max(k - 1, 0)]),
                still_open=int(still_open[k]),
                dropped=int(reached[k] - following[k] - still_open[k]),
                median_s=seconds(ranks[k, 0]),
                p90_s=seconds(ranks[k, 1]),
                mean_s=seconds(sums[k] / reached[k]) if k and reached[k] else None,
            )
            for k, condition in enumerate(self.steps)
        ]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``funnel/<step, from 1>/customers|still_open|dropped``, and ``/<group>`` where it is split."""
        match ref.split("/", 3):
            case ["funnel", step, what, *group] if step.isdecimal() and 1 <= int(step) <= len(self.steps):
                return self._find(columns, int(step), what, group)
        return None

    def _find(self, columns: JourneyColumns, step: int, what: str, group: list[str]) -> I64 | None:
        reached, still_open, _, groups = self.follow(columns)
        here = {
            "customers": reached >= step,
            "still_open": (reached == step) & still_open,
            "dropped": (reached == step) & ~still_open & (step < len(self.steps)),
        }.get(what)
        if here is None:
            return None
        if group:
            listed = [label for label, _ in self.finish(self.map(columns))[1:]]
            if group[0] not in listed:
                return None
            inside = np.array([(name if name in listed else OTHER) == group[0] for name in self.grouping.labels])
            here &= (reached > 0) & inside[groups]
        return np.flatnonzero(here)

    def _steps_of_events(self, part: JourneyColumns) -> tuple[U16, U32]:
        """A code per event and, per code, the steps it may serve as bits: by name alone where that is enough."""
        by_name = [condition.names(part.event_names) for condition in self.steps]
        if all(names is not None for names in by_name):
            return part.event, _bits([names for names in by_name if names is not None])
        return _bits([condition.mask(part) for condition in self.steps]).astype(np.uint16), np.arange(
            1 << len(self.steps), dtype=np.uint32
        )


def definition(steps: Sequence[Condition], within: str) -> Definition:
    return Definition(
        "Customers who went through {steps} in this order within {within}, edge included. Of several attempts the one "
        "with the latest valid start is carried on; one event serves one step; equal times may match in step order. "
        "Still open: the window of the latest attempt was not over at the end. Times run from the step before.",
        {"steps": " → ".join(step.name for step in steps), "within": within},
    )


def _bits(masks: Sequence[Bool]) -> U32:
    bits = np.zeros(len(masks[0]), np.uint32)
    for k, mask in enumerate(masks):
        bits |= mask.astype(np.uint32) << np.uint32(k)
    return bits
