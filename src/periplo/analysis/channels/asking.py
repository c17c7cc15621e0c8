"""Channels as a question to journeys."""

from __future__ import annotations

from typing import Annotated

from msgspec.structs import replace

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis
from periplo.analysis.channels.combinations import Bits
from periplo.analysis.channels.numbers import Numbers
from periplo.analysis.channels.opening import opener
from periplo.analysis.channels.question import ChannelQuestion
from periplo.analysis.channels.result import ChannelNumbers, Channels, Table
from periplo.analysis.facts import currencies_of
from periplo.analysis.grouping import Grouping, Together, limited
from periplo.analysis.options import By
from periplo.analysis.result import Definition

MOST_GROUPS = 20


class ChannelQuestions(Basis):
    @question("How customers use channels together: changes between them, time in each, which bring the orders.")
    def channels(
        self,
        *,
        table: Annotated[
            Table, Help("Which part to show: use, switches, cross, value, or combinations; the data have all.")
        ] = "use",
        by: By = None,
    ) -> Channels:
        """Switches, time, contacts, orders and value by channel, and journeys by the channels they go through.

        ``by``: a property as it was at the first touch of a cycle (or first event of a session), "channel", "day",
        "week", "month", or "segment". References: ``channels/cycles|with_order|switched|multichannel|zigzag``,
        ``channels/use/<channel>``, ``channels/first|last/<channel>/<order channel>``,
        ``channels/value/first|last|order/<channel>``, ``channels/through/<channel>+<channel>|other``; ``/<group>``
        at the end where it is split.
        """
        if by == "segment":
            return _by_segment(self, table)
        asked, whole = _answer(self, Together())
        split: list[ChannelNumbers] = []
        if by is not None:
            asked, split = _answer(self, limited(self.groups(by), self.columns, MOST_GROUPS))
        return Channels(
            definition=DEFINITION, evidence=self.evidence, all=whole[0], table=table, by=by, groups=split
        ).opened_by(opener(asked, self.columns, [*whole, *split]))


def _answer(journeys: Basis, groups: Grouping) -> tuple[ChannelQuestion, list[ChannelNumbers]]:
    """The question split so, and its numbers: of all together, or of each group that has a contact."""
    columns = journeys.columns
    asked = ChannelQuestion(
        journeys.taxonomy,
        columns.channel_names,
        *currencies_of(columns, journeys.currency),
        groups,
        Bits.of(columns),
    )
    numbers = Numbers(asked, journeys.ask(asked))
    if isinstance(groups, Together):
        return asked, [numbers.of(0, None)]
    each = [numbers.of(place, label) for place, label in enumerate(groups.labels)]
    return asked, [part for part in each if part.cycles or part.use]


def _by_segment(journeys: ChannelQuestions, table: Table) -> Channels:
    """All together, then each segment; a customer may be in several."""
    whole, inside = journeys.channels(table=table), journeys.in_segments()
    each = {name: narrowed.channels(table=table) for name, narrowed in inside.items()}
    groups = [replace(found.all, group=name) for name, found in each.items()]
    return replace(whole, by="segment", groups=groups).opened_by(journeys.open_segment(whole, inside, each))


DEFINITION = Definition(
    "A cycle is the part of a customer's journey up to one order and what follows it before the next event that leads "
    "to a purchase. Only contacts of known customers count. A switch is a contact in another channel than the one "
    "before it in the cycle; zigzag: from one channel to another and at once back. Time in a channel is that of its "
    "sessions (gaps under 30 minutes): what was visible where it is sent, else from first to last event. Contacts per "
    "week since each customer's first contact, at least one week. Orders and revenue by the channel of the cycle's "
    "first touch, the last touch before the order, and the order. Combinations are the channels up to the order; times "
    "run from the first touch of the cycle to its order."
)
