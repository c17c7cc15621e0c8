"""Stage flow: how customers enter the stages, go on, drop or are still on their way (ADR 0004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.counting import coded, counts, touch_counts
from periplo.analysis.numbers import seconds
from periplo.analysis.result import Definition
from periplo.analysis.spread import Distinct, Near, Values
from periplo.analysis.stages_placing import stage_codes
from periplo.analysis.stages_result import StageNumbers
from periplo.analysis.touchpoints import Touchpoints
from periplo.journeys.columns import F64, I32, I64, U8, Bool, JourneyColumns
from periplo.journeys.kernels.stages import (
    DROPPED,
    NO_STAGE,
    NOT_ENTERED,
    STILL_OPEN,
    WENT_ON,
    stage_contents,
    stage_status,
)
from periplo.journeys.kernels.tally import crossed

CONTENT = ("page", "category", "query", "product_id")
MOST_CONTENT = 20
MOST_STAGES = 60
STATUS = {"went_on": WENT_ON, "dropped": DROPPED, "still_open": STILL_OPEN}


@dataclass(frozen=True)
class StageState:
    """Counts [stages, ...] of customers and of events; and by stage the time (us) of everyone who went on."""

    statuses: I64
    now: I64
    entries: I64
    exits: I64
    touches: I64
    events: I64
    channels: I64
    switches: I64
    content: tuple[I64, ...]
    times: Values


@dataclass(frozen=True)
class Stages:
    """The question. ``drop_before_us``: who had no stage event since then, and did not go on, has dropped.

    ``content`` names the values of each property whose content is counted.
    """

    stages: Sequence[tuple[str, Condition]]
    drop_before_us: int
    touchpoints: Touchpoints
    event_names: tuple[str, ...]
    channel_names: tuple[str, ...]
    content: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(
        cls,
        columns: JourneyColumns,
        stages: Sequence[tuple[str, Condition]],
        patience_us: int,
        touchpoints: Touchpoints,
    ) -> Stages:
        content = {name: column.values for name in CONTENT if (column := coded(columns, name))}
        return cls(
            stages, columns.until_us - patience_us, touchpoints, columns.event_names, columns.channel_names, content
        )

    def map(self, part: JourneyColumns) -> StageState:
        stage, touch = self.stage_of(part), self.touchpoints.codes(part)
        status, spent, first, last, now = self.status_of(part, stage)
        kinds = np.array([len(self.event_names), len(self.channel_names), self.touchpoints.kinds])
        events, channels, touches, switches = stage_contents(
            part.offsets, stage, part.event, part.channel, touch, len(self.stages), kinds
        )
        return StageState(
            statuses=np.stack([np.count_nonzero(status == what, axis=0) for what in STATUS.values()], axis=1),
            now=np.bincount(now, minlength=NO_STAGE + 1)[: len(self.stages)],
            entries=self._touched(touch, first, status != NOT_ENTERED),
            exits=self._touched(touch, last, status == DROPPED),
            touches=touches,
            events=events,
            channels=channels,
            switches=switches,
            content=tuple(self._content(part, stage, name) for name in self.content),
            times=Values(len(self.stages), *_times(status, spent)),
        )

    def merge(self, left: StageState, right: StageState) -> StageState:
        pairs = {field.name: (getattr(left, field.name), getattr(right, field.name)) for field in fields(StageState)}
        content = tuple(a + b for a, b in zip(*pairs.pop("content"), strict=True))
        return StageState(**{name: a + b for name, (a, b) in pairs.items()}, content=content)

    def finish(self, state: StageState) -> StageState:
        return state

    def numbers(self, state: StageState, ranks: F64) -> list[StageNumbers]:
        """What is read off all of it; ``ranks`` float64[stages, 2] the median and ninth decile of the times (us)."""
        return [
            StageNumbers(
                id=name,
                customers=int(state.now[s]),
                entered=int(state.statuses[s].sum()),
                **{what: int(n) for what, n in zip(STATUS, state.statuses[s], strict=True)},
                median_s=seconds(ranks[s, 0]),
                p90_s=seconds(ranks[s, 1]),
                events=int(state.events[s].sum()),
                switches=int(state.switches[s]),
                entries=touch_counts(state.entries[s], self.touchpoints.pairs),
                exits=touch_counts(state.exits[s], self.touchpoints.pairs),
                touchpoints=touch_counts(state.touches[s], self.touchpoints.pairs),
                actions=counts(state.events[s], self.event_names),
                channels=counts(state.channels[s], self.channel_names),
                content={
                    kind: counts(state.content[k][s], values, MOST_CONTENT)
                    for k, (kind, values) in enumerate(self.content.items())
                },
            )
            for s, (name, _) in enumerate(self.stages)
        ]

    def stage_of(self, part: JourneyColumns) -> U8:
        """The stage of each event: see ``stage_codes``."""
        return stage_codes(part, [condition for _, condition in self.stages])

    def status_of(self, part: JourneyColumns, stage: U8) -> tuple[U8, I64, I64, I64, U8]:
        """What became of each customer in each stage: see ``stage_status``."""
        found: tuple[U8, I64, I64, I64, U8] = stage_status(
            part.offsets, part.time_us, stage, len(self.stages), self.drop_before_us
        )
        return found

    def _touched(self, touch: I32, rows: I64, whose: Bool) -> I64:
        """Per stage, the touchpoints at ``rows[n, stages]`` of those customers."""
        stage = np.nonzero(whose)[1].astype(np.uint8)
        return crossed(stage, touch[rows[whose]], len(self.stages), self.touchpoints.kinds)

    def _content(self, part: JourneyColumns, stage: U8, name: str) -> I64:
        column, values = coded(part, name), self.content[name]
        codes = column.codes if column else np.full(part.events, -1, np.int32)
        return crossed(stage, codes, len(self.stages), len(values))


@dataclass(frozen=True)
class StageTimes:
    """The question for the median and ninth decile (us) of the times in each stage, float64[stages, 2], where they
    were only counted."""

    stages: Stages
    near: Near

    def map(self, part: JourneyColumns) -> Distinct:
        status, spent, *_ = self.stages.status_of(part, self.stages.stage_of(part))
        return self.near.found(*_times(status, spent))

    def merge(self, left: Distinct, right: Distinct) -> Distinct:
        return left + right

    def finish(self, state: Distinct) -> F64:
        return self.near.ranks(state)


def _times(status: U8, spent: I64) -> tuple[I64, I64]:
    """The stage and time (us) of everyone who went on."""
    went_on = status == WENT_ON
    return np.ascontiguousarray(np.nonzero(went_on)[1]), spent[went_on]


def definition(patience: str) -> Definition:
    return Definition(
        "An event belongs to the first stage that holds it. A customer entered a stage with the first event in it; "
        "went on with a later event in a later stage (from the last stage: back to an earlier one); dropped if they "
        "did not go on and had no event in any stage in the last {patience}; the rest are still open. Time in a stage "
        "runs from entering to going on.",
        {"patience": patience},
    )
