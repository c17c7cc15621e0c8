"""Channels as a question: cycles and sessions of a part, counted by group and channel."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import NamedTuple

import numpy as np

from periplo.analysis.channels.combinations import Bits
from periplo.analysis.facts import Facts
from periplo.analysis.grouping import Grouping
from periplo.analysis.numbers import joined
from periplo.journeys.columns import I64, Bool, JourneyColumns
from periplo.journeys.kernels.channels import wandering
from periplo.journeys.kernels.sessions import distinct_owners
from periplo.vocabulary import Taxonomy

WEEK_US = 7 * 24 * 3600 * 1_000_000
TOUCHES = ("first", "last", "order")


class Journeyed(NamedTuple):
    """Per cycle: its ``owner``, ``group``, rows of its ``first`` and ``order`` (-1) and of the touch ``before`` that,
    how many ``channels`` and ``switches``, the channels gone ``through`` as bits, and its ``returns``."""

    owner: I64
    group: I64
    first: I64
    order: I64
    before: I64
    channels: I64
    switches: I64
    through: I64
    returns: I64


class Visited(NamedTuple):
    """Per session: its ``owner``, ``cell`` (group * channels + channel), how many ``contacts``, how long (us)."""

    owner: I64
    cell: I64
    contacts: I64
    time: I64


@dataclass(frozen=True)
class State:
    """``cycles`` int64[groups, 7]: customers, cycles, with an order, switches, cycles with a switch, through several
    channels, with a return; ``uses`` int64[groups, channels + 1, 4]: sessions, contacts, time (us), customers, the last
    channel for all together (customers only); ``weeks`` int64[groups] (us); ``cross`` int64[groups, 2, channels,
    channels] orders; ``worth`` int64[groups, 3, channels, currencies, 3] orders, revenue, customers; and per cycle
    with an order its ``group``, the channels ``through``, and its ``time`` (us)."""

    cycles: I64
    uses: I64
    weeks: I64
    cross: I64
    worth: I64
    group: I64
    through: I64
    time: I64


@dataclass(frozen=True)
class ChannelQuestion:
    """The question; ``groups`` splits cycles by their first touch, sessions by their first event."""

    taxonomy: Taxonomy
    channel_names: tuple[str, ...]
    currencies: tuple[str, ...]
    default_currency: int
    groups: Grouping
    bits: Bits

    def facts(self, part: JourneyColumns) -> Facts:
        return Facts(part, self.taxonomy, self.currencies, self.default_currency)

    def journeyed(self, facts: Facts) -> Journeyed:
        part, found = facts.part, facts.cycles
        through, returns = wandering(
            found.first, found.last, found.order, part.channel, part.event, facts.touch, self.bits.places
        )
        return Journeyed(
            facts.customer(found.first),
            self.groups.codes(part, found.first),
            *(found.first, found.order, found.before, found.channels, found.switches, through, returns),
        )

    def visited(self, facts: Facts) -> Visited:
        found, kinds = facts.sessions, len(self.channel_names)
        group = self.groups.codes(facts.part, found.first)
        cell = group * kinds + facts.part.channel[found.first]
        return Visited(facts.customer(found.first), cell, found.events, self._time(facts))

    def map(self, part: JourneyColumns) -> State:
        facts = self.facts(part)
        cycles, sessions = self.journeyed(facts), self.visited(facts)
        ordered = cycles.order >= 0
        took = part.time_us[cycles.order[ordered]] - part.time_us[cycles.first[ordered]]
        return State(
            self._sums(cycles),
            self._uses(sessions),
            self._weeks(facts, sessions),
            *self._orders(facts, cycles),
            cycles.group[ordered],
            cycles.through[ordered],
            took,
        )

    def merge(self, left: State, right: State) -> State:
        return State(
            left.cycles + right.cycles,
            left.uses + right.uses,
            left.weeks + right.weeks,
            left.cross + right.cross,
            left.worth + right.worth,
            joined((left.group, right.group)),
            joined((left.through, right.through)),
            joined((left.time, right.time)),
        )

    def finish(self, state: State) -> State:
        return state

    def _sums(self, cycles: Journeyed) -> I64:
        groups = len(self.groups.labels)
        owners = distinct_owners(cycles.owner, cycles.group, groups)[:groups]
        counted = (
            np.ones_like(cycles.group),
            cycles.order >= 0,
            cycles.switches,
            cycles.switches > 0,
            cycles.channels > 1,
            cycles.returns > 0,
        )
        return np.stack([owners, *(_table((groups,), cycles.group, weights=each) for each in counted)], axis=1)

    def _uses(self, sessions: Visited) -> I64:
        groups, kinds = len(self.groups.labels), len(self.channel_names)
        cells = groups * kinds
        counted = (np.ones_like(sessions.cell), sessions.contacts, sessions.time)
        sums = [_table((groups, kinds), sessions.cell, weights=each) for each in counted]
        owners = distinct_owners(sessions.owner, sessions.cell, cells)[:cells].reshape(groups, kinds)
        all_owners = distinct_owners(sessions.owner, sessions.cell // kinds, groups)[:groups]
        uses = np.zeros((groups, kinds + 1, 4), np.int64)
        uses[:, :kinds] = np.stack([*sums, owners], axis=2)
        uses[:, kinds, 3] = all_owners
        return uses

    def _weeks(self, facts: Facts, sessions: Visited) -> I64:
        """The time (us) since each customer's first contact in a group, at least a week each."""
        groups = len(self.groups.labels)
        group = sessions.cell // len(self.channel_names)
        _, begun = np.unique(sessions.owner * groups + group, return_index=True)
        passed = np.maximum(facts.part.until_us - facts.part.time_us[facts.sessions.first[begun]], WEEK_US)
        return _table((groups,), group[begun], weights=passed)

    def _orders(self, facts: Facts, cycles: Journeyed) -> tuple[I64, I64]:
        groups, kinds = len(self.groups.labels), len(self.channel_names)
        ordered = cycles.order >= 0
        ends = {touch: facts.part.channel[rows[ordered]].astype(np.int64) for touch, rows in self.ends(cycles).items()}
        group, owner = cycles.group[ordered], cycles.owner[ordered]
        paid = facts.money(cycles.order[ordered])
        cross = [_table((groups, kinds, kinds), (group, ends[touch], ends["order"])) for touch in TOUCHES[:2]]
        shape = (groups, kinds, len(self.currencies))
        worth = []
        for touch in TOUCHES:
            place = np.ravel_multi_index((group, ends[touch], paid.currency), shape)
            owners = distinct_owners(owner, place, prod(shape))[:-1].reshape(shape)
            worth.append(np.stack((_table(shape, place), _table(shape, place, weights=paid.minor), owners), axis=-1))
        return np.stack(cross, axis=1), np.stack(worth, axis=1)

    def ends(self, cycles: Journeyed) -> dict[str, I64]:
        """The rows at which the channels of a cycle's orders are looked at."""
        return dict(zip(TOUCHES, (cycles.first, cycles.before, cycles.order), strict=True))

    def _time(self, facts: Facts) -> I64:
        """How long each session was (us): the time that was visible where it is sent, else from first to last event."""
        found, part = facts.sessions, facts.part
        length: I64 = part.time_us[found.last] - part.time_us[found.first]
        visible = facts.visible_s
        if visible is None:
            return length
        session, _ = facts.session_rows
        rows = np.flatnonzero(~np.isnan(visible) & (session >= 0))
        seen = np.bincount(session[rows], np.rint(visible[rows] * 1e6), len(length))
        said = np.bincount(session[rows], minlength=len(length)) > 0
        return np.where(said, seen, length).astype(np.int64)


def _table(shape: tuple[int, ...], place: I64 | tuple[I64, ...], weights: I64 | Bool | None = None) -> I64:
    """How often each place occurs, or the sum of its weights."""
    flat = np.ravel_multi_index(place, shape) if isinstance(place, tuple) else place
    return np.bincount(flat, weights, prod(shape)).astype(np.int64).reshape(shape)
