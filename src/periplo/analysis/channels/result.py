"""What the question about channels answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from periplo.analysis.channels.showing import charts, shown
from periplo.analysis.charts import Chart
from periplo.analysis.cycles import ChannelOrders, Touch
from periplo.analysis.result import Result, Shown
from periplo.language import Lang

Table = Literal["use", "switches", "cross", "value", "combinations"]


class ChannelUse(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel is used. ``time_s`` in its sessions, ``time_share`` of the time in all channels, ``session_s`` the
    mean of a session; ``contacts_per_week`` of all customers, so that channels add up."""

    channel: str
    customers: int
    sessions: int
    contacts: int
    time_s: float
    time_share: float
    session_s: float
    contacts_per_week: float


class ChannelWorth(msgspec.Struct, frozen=True, kw_only=True):
    """Orders and revenue (minor units) by the channel of the cycle's first touch, its last touch or its order, and of
    the ``customers`` who placed them: ``revenue_per_customer`` is what one has spent so far."""

    touch: Touch
    channel: str
    currency: str
    orders: int
    revenue_minor: int
    customers: int
    revenue_per_customer: float


class Combination(msgspec.Struct, frozen=True, kw_only=True):
    """Orders whose cycle went through exactly these channels, in whatever order; empty: all other combinations.

    ``median_s`` and ``p90_s`` from the first touch of the cycle to its order.
    """

    channels: list[str]
    orders: int
    share: float
    median_s: float | None
    p90_s: float | None


class ChannelNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of all customers together, or of one group.

    ``switches``       changes of channel per cycle; ``switches_per_customer`` in all cycles of a customer
    ``switched``       share of cycles with a change; ``multichannel`` with two channels or more
    ``zigzag``         share of cycles that went from one channel to another and at once back
    ``contacts_per_week``  contacts per customer and week since the first one
    ``median_s, p90_s``    from the first touch of a cycle to its order
    """

    group: str | None
    customers: int
    cycles: int
    with_order: int
    switches: float
    switches_per_customer: float
    switched: float
    multichannel: float
    zigzag: float
    contacts_per_week: float
    median_s: float | None
    p90_s: float | None
    use: list[ChannelUse]
    cross: list[ChannelOrders]
    value: list[ChannelWorth]
    combinations: list[Combination]


class Channels(Result, frozen=True, kw_only=True):
    """How customers use channels together; ``table`` is the part that is shown and given as rows."""

    all: ChannelNumbers
    table: Table
    by: str | None = None
    groups: list[ChannelNumbers]

    @property
    def parts(self) -> list[ChannelNumbers]:
        """What is shown: all together, or each group."""
        return self.groups if self.by else [self.all]

    def rows(self) -> list[Mapping[str, Any]]:
        return [
            {**({self.by: part.group} if self.by else {}), **row}
            for part in self.parts
            for row in _rows(part, self.table)
        ]

    def shown(self, lang: Lang) -> Shown:
        return shown(self, lang)

    def charts(self, lang: Lang) -> list[Chart]:
        return charts(self, lang) or super().charts(lang)


def _rows(part: ChannelNumbers, table: Table) -> list[dict[str, Any]]:
    if table == "switches":
        lists = {"use", "cross", "value", "combinations", "group"}
        return [{name: value for name, value in msgspec.structs.asdict(part).items() if name not in lists}]
    rows = [msgspec.structs.asdict(row) for row in getattr(part, table)]
    return [row | {"channels": " + ".join(row["channels"])} if "channels" in row else row for row in rows]
