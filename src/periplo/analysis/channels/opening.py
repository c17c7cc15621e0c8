"""The customers behind a number about channels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from periplo.analysis.channels.question import TOUCHES, ChannelQuestion, Journeyed
from periplo.analysis.channels.result import ChannelNumbers
from periplo.analysis.facts import Facts
from periplo.analysis.grouping import OTHER
from periplo.analysis.result import Opener
from periplo.journeys.columns import I64, Bool, JourneyColumns

SHARES = ("cycles", "with_order", "switched", "multichannel", "zigzag")


def opener(asked: ChannelQuestion, columns: JourneyColumns, parts: Sequence[ChannelNumbers]) -> Opener:
    """Opens the references that the question's method names; ``parts`` are all together and the groups."""

    def find(ref: str) -> I64 | None:
        head, _, rest = ref.partition("/")
        group = next((part.group for part in parts if part.group and rest.endswith(f"/{part.group}")), None)
        whole = next(part for part in parts if part.group == group)
        text = rest.removesuffix(f"/{group}") if group else rest
        return _open(asked, columns, whole, text) if head == "channels" else None

    return find


def _open(asked: ChannelQuestion, columns: JourneyColumns, part: ChannelNumbers, text: str) -> I64 | None:
    facts, names = asked.facts(columns), asked.channel_names
    group = None if part.group is None else asked.groups.labels.index(part.group)
    if text.startswith("use/"):
        return _users(asked, facts, text.removeprefix("use/"), group)
    cycles = asked.journeyed(facts)
    match text.split("/"):
        case [what] if what in SHARES:
            here = _counted(cycles, what)
        case ["value", touch, channel] if touch in TOUCHES and channel in names:
            here = _at(asked, facts, cycles, touch, channel)
        case [("first" | "last") as touch, channel, order] if {channel, order} <= {*names}:
            here = _at(asked, facts, cycles, touch, channel) & _at(asked, facts, cycles, "order", order)
        case ["through", kind] if kind == OTHER or kind in _kinds(part):
            here = _through(asked, cycles, part, kind)
        case _:
            return None
    return np.unique(cycles.owner[here if group is None else here & (cycles.group == group)])


def _users(asked: ChannelQuestion, facts: Facts, channel: str, group: int | None) -> I64 | None:
    names = asked.channel_names
    if channel not in names:
        return None
    sessions = asked.visited(facts)
    here = sessions.cell % len(names) == names.index(channel)
    return np.unique(sessions.owner[here if group is None else here & (sessions.cell // len(names) == group)])


def _counted(cycles: Journeyed, what: str) -> Bool:
    return {
        "cycles": cycles.first >= 0,
        "with_order": cycles.order >= 0,
        "switched": cycles.switches > 0,
        "multichannel": cycles.channels > 1,
        "zigzag": cycles.returns > 0,
    }[what]


def _at(asked: ChannelQuestion, facts: Facts, cycles: Journeyed, touch: str, channel: str) -> Bool:
    """Which cycles have an order, and their touch of this kind in a channel."""
    rows = asked.ends(cycles)[touch]
    here: Bool = (cycles.order >= 0) & (facts.part.channel[rows] == asked.channel_names.index(channel))
    return here


def _kinds(part: ChannelNumbers) -> set[str]:
    return {"+".join(each.channels) for each in part.combinations if each.channels}


def _through(asked: ChannelQuestion, cycles: Journeyed, part: ChannelNumbers, kind: str) -> Bool:
    """Which cycles with an order went through these channels, or through none of the combinations that are named."""
    seen = np.unique(cycles.through)
    labels = ["+".join(asked.bits.channels(int(through))) for through in seen]
    named = _kinds(part)
    wanted = [label not in named if kind == OTHER else label == kind for label in labels]
    return (cycles.order >= 0) & np.isin(cycles.through, seen[np.array(wanted, np.bool_)])
