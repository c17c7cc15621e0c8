"""Cycles: the parts of journeys up to and after one purchase; which channels begin, lead to and take the orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec
import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.numbers import joined, median_and_p90, seconds, share
from periplo.analysis.result import Definition, Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.kernels.tally import crossed
from periplo.language import Lang, duration, money, number, percent, t
from periplo.vocabulary import Taxonomy, channel_label

Touch = Literal["first", "last", "order"]
TOUCHES: tuple[Touch, ...] = get_args(Touch)


class ChannelOrders(msgspec.Struct, frozen=True, kw_only=True):
    """Orders that came through ``order_channel`` after a ``first`` or ``last`` touch in ``channel``."""

    touch: Touch
    channel: str
    order_channel: str
    orders: int
    share: float


class ChannelValue(msgspec.Struct, frozen=True, kw_only=True):
    """Orders and revenue (minor units) by the channel of the cycle's first touch, last touch or order."""

    touch: Touch
    channel: str
    currency: str
    orders: int
    revenue_minor: int


class Cycles(Result, frozen=True, kw_only=True):
    """Cycles of all customers. ``cross`` adds up to the orders for each touch; so does ``value``.

    ``median_s, p90_s``  seconds from the first touch of a cycle to its order
    ``channels, switches, touches``  means per cycle; ``multichannel`` the share of cycles with two channels or more
    """

    cycles: int
    with_order: int
    customers: int
    median_s: float | None
    p90_s: float | None
    channels: float
    switches: float
    touches: float
    multichannel: float
    cross: list[ChannelOrders]
    value: list[ChannelValue]

    def rows(self) -> list[Mapping[str, Any]]:
        return [msgspec.structs.asdict(row) for row in self.cross]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("touch", lang), t("channel", lang), t("orders", lang), t("revenue", lang)]
        rows = [_cells(row, lang) for row in self.value]
        return Shown(self._title(lang), heads, rows, 2)

    def _title(self, lang: Lang) -> str:
        return t(
            "{cycles} cycles, {orders} with an order, half of them within {median}; {share} through several channels",
            lang,
            cycles=number(self.cycles, lang),
            orders=number(self.with_order, lang),
            median="–" if self.median_s is None else duration(self.median_s, lang),
            share=percent(self.multichannel, lang),
        )


@dataclass(frozen=True)
class CycleState:
    """``sums``: cycles, customers, channels, switches, touches, cycles with several channels. ``cross`` int64[2,
    channels, channels] orders by first and last touch; ``value`` int64[3, 2, channels, currencies] orders and revenue
    by first touch, last touch and order; ``time`` (us) of each cycle with an order."""

    sums: I64
    cross: I64
    value: I64
    time: I64


@dataclass(frozen=True)
class CycleQuestion:
    taxonomy: Taxonomy
    channel_names: tuple[str, ...]
    currencies: tuple[str, ...]
    default_currency: int

    def map(self, part: JourneyColumns) -> CycleState:
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        found, kinds = facts.cycles, len(self.channel_names)
        many = np.count_nonzero(found.channels > 1)
        sums = [len(found.first), facts.distinct(found.first)]
        sums += [int(each.sum()) for each in (found.channels, found.switches, found.touches)]
        ordered = found.order >= 0
        rows = {"first": found.first[ordered], "last": found.before[ordered], "order": found.order[ordered]}
        channel = {touch: part.channel[each].astype(np.int64) for touch, each in rows.items()}
        paid = facts.money(rows["order"])
        cells = {touch: codes * len(self.currencies) + paid.currency for touch, codes in channel.items()}
        size = kinds * len(self.currencies)
        value = [
            [np.bincount(cells[touch], minlength=size), np.bincount(cells[touch], paid.minor, size).astype(np.int64)]
            for touch in TOUCHES
        ]
        return CycleState(
            np.array([*sums, many], np.int64),
            np.stack(
                [
                    crossed(part.channel[rows[touch]], part.channel[rows["order"]].astype(np.int32), kinds, kinds)
                    for touch in TOUCHES[:2]
                ]
            ),
            np.array(value).reshape(3, 2, kinds, len(self.currencies)),
            part.time_us[rows["order"]] - part.time_us[rows["first"]],
        )

    def merge(self, left: CycleState, right: CycleState) -> CycleState:
        return CycleState(
            left.sums + right.sums,
            left.cross + right.cross,
            left.value + right.value,
            joined((left.time, right.time)),
        )

    def finish(self, state: CycleState) -> dict[str, Any]:
        cycles, customers, channels, switches, touches, many = state.sums.tolist()
        ranks = median_and_p90(np.zeros_like(state.time), state.time, 1)[0]
        return {
            "cycles": cycles,
            "with_order": len(state.time),
            "customers": customers,
            "median_s": seconds(ranks[0]),
            "p90_s": seconds(ranks[1]),
            "channels": share(channels, cycles),
            "switches": share(switches, cycles),
            "touches": share(touches, cycles),
            "multichannel": share(many, cycles),
            "cross": self._cross(state.cross),
            "value": self._value(state.value),
        }

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``cycles/all``, ``cycles/with_order``, ``cycles/first|last/<channel>/<order channel>``."""
        facts = Facts(columns, self.taxonomy, self.currencies, self.default_currency)
        found = facts.cycles
        match ref.split("/"):
            case ["cycles", "all"]:
                return np.unique(facts.customer(found.first))
            case ["cycles", "with_order"]:
                return np.unique(facts.customer(found.order[found.order >= 0]))
            case ["cycles", ("first" | "last") as touch, channel, order] if {channel, order} <= {*self.channel_names}:
                begun = (found.first if touch == "first" else found.before)[found.order >= 0]
                ended = found.order[found.order >= 0]
                here = columns.channel[begun] == self.channel_names.index(channel)
                there = columns.channel[ended] == self.channel_names.index(order)
                return np.unique(facts.customer(ended[here & there]))
        return None

    def _cross(self, cross: I64) -> list[ChannelOrders]:
        return [
            ChannelOrders(
                touch=TOUCHES[k],
                channel=self.channel_names[a],
                order_channel=self.channel_names[b],
                orders=int(cross[k, a, b]),
                share=share(cross[k, a, b], cross[k].sum()),
            )
            for k, a, b in zip(*np.nonzero(cross), strict=True)
        ]

    def _value(self, value: I64) -> list[ChannelValue]:
        return [
            ChannelValue(
                touch=TOUCHES[k],
                channel=self.channel_names[c],
                currency=self.currencies[m],
                orders=int(value[k, 0, c, m]),
                revenue_minor=int(value[k, 1, c, m]),
            )
            for k, c, m in zip(*np.nonzero(value[:, 0]), strict=True)
        ]


DEFINITION = Definition(
    "A cycle is the part of a customer's journey up to one order and what follows it before the next event that leads "
    "to a purchase; the last one may have no order yet. Only contacts of the customer count. Times run from the first "
    "touch of the cycle to its order; the last touch is the one before the order."
)


def _cells(row: ChannelValue, lang: Lang) -> list[str]:
    names = {"first": t("first touch", lang), "last": t("last touch", lang), "order": t("order", lang)}
    paid = money(row.revenue_minor, row.currency, lang) if row.currency else number(row.revenue_minor, lang)
    return [names[row.touch], channel_label(row.channel, lang), number(row.orders, lang), paid]
