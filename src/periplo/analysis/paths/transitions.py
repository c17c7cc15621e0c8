"""Which touchpoint follows which (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.numbers import joined, median_and_p90, seconds
from periplo.analysis.result import Definition, Result, Shown
from periplo.analysis.touchpoints import Touchpoints
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.kernels.transitions import transitions, who_moved
from periplo.language import Lang, duration, number, percent, t
from periplo.vocabulary import touchpoint_label

SHOWN = 30
End = tuple[str, str] | tuple[None, None]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """From one touchpoint to the next. Without ``from_…``: the start of journeys; without ``to_…``: no further step.

    ``share_out`` of all steps from the first, ``share_in`` of all steps to the second. Times in seconds, from the last
    event of the one to the first of the other; None at the start and the end.
    """

    from_channel: str | None
    from_contact: str | None
    to_channel: str | None
    to_contact: str | None
    n: int
    share_out: float
    share_in: float
    median_s: float | None
    p90_s: float | None


class Transitions(Result, frozen=True, kw_only=True):
    """All moves, the most frequent first. What leaves a touchpoint adds up to what came to it."""

    moves: list[Move]
    collapsed: bool

    def rows(self) -> list[Mapping[str, Any]]:
        return [msgspec.structs.asdict(move) for move in self.moves]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("from", lang), t("to", lang), t("times", lang), t("of all from there", lang)]
        heads += [t("of all to there", lang), t("median time", lang)]
        most = self.moves[0].n if self.moves else 1
        rows = [_cells(move, lang) for move in self.moves[:SHOWN]]
        return Shown(t("Transitions", lang), heads, rows, 2, [move.n / most for move in self.moves[:SHOWN]])


@dataclass(frozen=True)
class TransitionState:
    """``counts`` int64[kinds + 1, kinds + 1]; the ``cell`` and ``time`` (us) of every real step."""

    counts: I64
    cell: I64
    time: I64


@dataclass(frozen=True)
class TransitionQuestion:
    """``collapse``: consecutive equal touchpoints are one visit."""

    touchpoints: Touchpoints
    collapse: bool

    def map(self, part: JourneyColumns) -> TransitionState:
        touch = self.touchpoints.codes(part)
        found = transitions(part.offsets, part.time_us, part.person, touch, self.touchpoints.kinds, self.collapse)
        return TransitionState(*found)

    def merge(self, left: TransitionState, right: TransitionState) -> TransitionState:
        return TransitionState(
            left.counts + right.counts, joined((left.cell, right.cell)), joined((left.time, right.time))
        )

    def finish(self, state: TransitionState) -> list[Move]:
        kinds = self.touchpoints.kinds
        ranks = median_and_p90(state.cell, state.time, kinds * kinds)
        out, into = state.counts.sum(axis=1), state.counts.sum(axis=0)
        ends = [*self.touchpoints.pairs, (None, None)]
        order = np.argsort(-state.counts, axis=None, kind="stable")[: np.count_nonzero(state.counts)]
        origin, target = np.unravel_index(order, state.counts.shape)
        n, real = state.counts.ravel()[order], (origin < kinds) & (target < kinds)
        times = np.full((len(order), 2), np.nan)
        times[real] = ranks[origin[real] * kinds + target[real]]
        columns = (origin, target, n, n / out[origin], n / into[target], *times.T)
        return [
            _move(ends[a], ends[b], *numbers) for a, b, *numbers in zip(*(c.tolist() for c in columns), strict=True)
        ]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``transition/<from>/<to>``: each ``<channel>:<contact>``, or ``start`` and ``end``."""
        match ref.split("/"):
            case ["transition", origin, target]:
                a, b = self._code(origin, "start"), self._code(target, "end")
                if a is not None and b is not None:
                    touch = self.touchpoints.codes(columns)
                    kinds = self.touchpoints.kinds
                    moved = who_moved(columns.offsets, columns.person, touch, kinds, self.collapse, a, b)
                    return np.flatnonzero(moved)
        return None

    def _code(self, name: str, edge: str) -> int | None:
        channel, _, contact = name.partition(":")
        return self.touchpoints.kinds if name == edge else self.touchpoints.code(channel, contact)


def _move(origin: End, target: End, n: int, share_out: float, share_in: float, median: float, p90: float) -> Move:
    return Move(
        from_channel=origin[0],
        from_contact=origin[1],
        to_channel=target[0],
        to_contact=target[1],
        n=n,
        share_out=share_out,
        share_in=share_in,
        median_s=seconds(median),
        p90_s=seconds(p90),
    )


def definition(collapse: bool) -> Definition:
    if collapse:
        return Definition(
            "Steps from one touchpoint (channel and kind of contact) to the next of the same customer; equal ones that "
            "follow each other are one visit. Every journey has a start and, at its last touchpoint, no further step."
        )
    return Definition(
        "Steps from one touchpoint (channel and kind of contact) to the next of the same customer, with repetitions. "
        "Every journey has a start and, at its last touchpoint, no further step."
    )


def _cells(move: Move, lang: Lang) -> list[str]:
    return [
        _label(move.from_channel, move.from_contact, lang) or t("start", lang),
        _label(move.to_channel, move.to_contact, lang) or t("no further step", lang),
        number(move.n, lang),
        percent(move.share_out, lang),
        percent(move.share_in, lang),
        "" if move.median_s is None else duration(move.median_s, lang),
    ]


def _label(channel: str | None, contact: str | None, lang: Lang) -> str:
    return touchpoint_label(channel, contact, lang) if channel and contact else ""
