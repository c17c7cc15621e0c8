"""How often customers did one thing after another, as patterns say (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.condition import Condition
from periplo.analysis.numbers import joined, median_and_p90, seconds, share
from periplo.analysis.paths.marking import marked
from periplo.analysis.paths.pattern import Pattern
from periplo.analysis.paths.transitions import flat
from periplo.analysis.paths.versus import Difference, Versus, inside_of, of_customers, points
from periplo.analysis.paths.visits import NO_GAP, each_once
from periplo.analysis.result import Definition, Result, Shown
from periplo.journeys.columns import I64, U16, U32, Bool, JourneyColumns
from periplo.journeys.kernels.sequences import sequences
from periplo.language import Lang, duration, number, percent, t


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """The time from one step of a sequence to the next, in seconds; None where it never occurred."""

    origin: str
    target: str
    median_s: float | None
    p90_s: float | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One pattern: it occurred ``n`` times, by ``customers``, their ``share`` of all.

    Times run from the first step to the last, in seconds; ``steps`` those between. ``difference`` is that of ``share``.
    """

    pattern: str
    n: int
    customers: int
    share: float
    median_s: float | None
    p90_s: float | None
    steps: list[Between]
    ref: str
    difference: Difference | None = None


class Sequences(Result, frozen=True, kw_only=True):
    """The patterns in the order in which they were asked."""

    customers: int
    found: list[Found]
    versus: str | None = None

    def rows(self) -> list[Mapping[str, Any]]:
        return [{key: value for key, value in flat(each).items() if key != "steps"} for each in self.found]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("sequence", lang), t("times", lang), t("customers", lang), t("of all customers", lang)]
        heads += [t("median time", lang), t("90% within", lang), t("median between steps", lang)]
        heads += [t("difference, points", lang)] if self.versus else []
        rows = [self._cells(each, lang) for each in self.found]
        return Shown(t("Sequences", lang), heads, rows, 1, [each.share for each in self.found])

    def _cells(self, found: Found, lang: Lang) -> list[str]:
        return [
            found.pattern,
            number(found.n, lang),
            number(found.customers, lang),
            percent(found.share, lang),
            _time(found.median_s, lang),
            _time(found.p90_s, lang),
            " · ".join(_time(step.median_s, lang) for step in found.steps),
            *([points(found.difference, lang)] if self.versus else []),
        ]


def _time(seconds: float | None, lang: Lang) -> str:
    return "–" if seconds is None else duration(seconds, lang)


@dataclass(frozen=True)
class PatternState:
    """``who``: customers of those asked for and of all others; times (us) by ``cell``, the last one of the whole."""

    n: int
    who: I64
    cell: I64
    time: I64


@dataclass(frozen=True)
class SequenceState:
    people: I64
    found: tuple[PatternState, ...]


@dataclass(frozen=True)
class SequenceQuestion:
    patterns: Sequence[Pattern]
    versus: Versus | None = None

    def map(self, part: JourneyColumns) -> SequenceState:
        inside = inside_of(self.versus, part)
        people = np.array([np.count_nonzero(part.person & side) for side in (inside, ~inside)])
        return SequenceState(people, tuple(self._one(pattern, part, inside) for pattern in self.patterns))

    def merge(self, left: SequenceState, right: SequenceState) -> SequenceState:
        pairs = zip(left.found, right.found, strict=True)
        found = (
            PatternState(a.n + b.n, a.who + b.who, joined((a.cell, b.cell)), joined((a.time, b.time))) for a, b in pairs
        )
        return SequenceState(left.people + right.people, tuple(found))

    def finish(self, state: SequenceState) -> tuple[int, list[Found]]:
        people = state.people.tolist()
        found = [self._found(place, each, people) for place, each in enumerate(state.found)]
        return sum(people), found

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``sequence/<place, from 1>``; ``sequence/all`` is every customer."""
        match ref.split("/"):
            case ["sequence", "all"]:
                return np.flatnonzero(columns.person)
            case ["sequence", place] if place.isdecimal() and 1 <= int(place) <= len(self.patterns):
                return each_once(occurrences(self.patterns[int(place) - 1], columns)[0])
        return None

    def _one(self, pattern: Pattern, part: JourneyColumns, inside: Bool) -> PatternState:
        owner, chain = occurrences(pattern, part)
        who = each_once(owner)
        mine = np.count_nonzero(inside[who])
        moments = part.time_us[chain]
        times = np.column_stack((np.diff(moments, axis=1), moments[:, -1] - moments[:, 0]))
        cells = np.broadcast_to(np.arange(times.shape[1]), times.shape)
        return PatternState(len(owner), np.array([mine, len(who) - mine]), cells.ravel(), times.ravel())

    def _found(self, place: int, state: PatternState, people: list[int]) -> Found:
        pattern = self.patterns[place]
        ranks = median_and_p90(state.cell, state.time, len(pattern.steps))
        steps = [
            Between(origin=a.name, target=b.name, median_s=seconds(ranks[k, 0]), p90_s=seconds(ranks[k, 1]))
            for k, (a, b) in enumerate(pairwise(pattern.steps))
        ]
        against = of_customers(state.who[:1], people[0], state.who[1:], people[1])[0] if self.versus else None
        return Found(
            pattern=pattern.text,
            n=state.n,
            customers=int(state.who.sum()),
            share=share(state.who.sum(), sum(people)),
            median_s=seconds(ranks[-1, 0]),
            p90_s=seconds(ranks[-1, 1]),
            steps=steps,
            ref=f"sequence/{place + 1}",
            difference=against,
        )


def occurrences(pattern: Pattern, part: JourneyColumns) -> tuple[I64, I64]:
    """The customer of each occurrence, and the rows of its steps: int64[n, steps]."""
    code, serves, bars = _lookup(pattern, part)
    within = [NO_GAP, *(NO_GAP if link.within_us is None else link.within_us for link in pattern.links)]
    total = NO_GAP if pattern.total_us is None else pattern.total_us
    found: tuple[I64, I64] = sequences(
        part.offsets, part.time_us, part.person, code, serves, bars, np.array(within, np.int64), total
    )
    return found


def _lookup(pattern: Pattern, part: JourneyColumns) -> tuple[U16, U32, U32]:
    """A code per event; per code the steps it may serve, and the steps that it must not lie before."""
    barring: list[tuple[int, Condition]] = [
        (k + 1, link.without) for k, link in enumerate(pattern.links) if link.without is not None
    ]
    steps = len(pattern.steps)
    code, bits = marked(part, [*pattern.steps, *(condition for _, condition in barring)])
    bars = np.zeros(len(bits), np.uint32)
    for place, (step, _) in enumerate(barring):
        bars |= (bits >> np.uint32(steps + place) & np.uint32(1)) << np.uint32(step)
    for step, link in enumerate(pattern.links, 1):
        bars |= np.uint32(link.directly << step)
    return code, bits & np.uint32((1 << steps) - 1), bars


def definition(patterns: Sequence[Pattern]) -> Definition:
    return Definition(
        "How often customers did {patterns}. An occurrence ends as soon as it can and holds the latest events that "
        "lead there; the next one begins after it. Times are inclusive; what must not lie between lies strictly "
        "between two steps. Events of one instant count in the order in which they came.",
        {"patterns": "; ".join(pattern.text for pattern in patterns)},
    )
