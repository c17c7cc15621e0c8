"""From counts to the numbers of a result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.channels.question import TOUCHES, WEEK_US, ChannelQuestion, State
from periplo.analysis.channels.result import ChannelNumbers, ChannelUse, ChannelWorth, Combination
from periplo.analysis.cycles import TOUCHES as TOUCH_KINDS
from periplo.analysis.cycles import ChannelOrders
from periplo.analysis.numbers import median_and_p90, seconds, share
from periplo.journeys.columns import I64

MOST_COMBINATIONS = 20


@dataclass(frozen=True)
class Numbers:
    """Reads the numbers of one group off the state of all."""

    asked: ChannelQuestion
    state: State

    def of(self, place: int, label: str | None) -> ChannelNumbers:
        customers, cycles, with_order, switches, switched, several, returned = self.state.cycles[place].tolist()
        mine = self.state.group == place
        through, time = self.state.through[mine], self.state.time[mine]
        ranks = median_and_p90(np.zeros_like(time), time, 1)[0]
        use = self._use(place)
        return ChannelNumbers(
            group=label,
            customers=customers,
            cycles=cycles,
            with_order=with_order,
            switches=share(switches, cycles),
            switches_per_customer=share(switches, customers),
            switched=share(switched, cycles),
            multichannel=share(several, cycles),
            zigzag=share(returned, cycles),
            contacts_per_week=float(sum(each.contacts_per_week for each in use)),
            median_s=seconds(ranks[0]),
            p90_s=seconds(ranks[1]),
            use=use,
            cross=self._cross(place),
            value=self._worth(place),
            combinations=self._combinations(through, time),
        )

    def _use(self, place: int) -> list[ChannelUse]:
        counts = self.state.uses[place]
        weeks, whole = self.state.weeks[place] / WEEK_US, counts[:, 2].sum()
        names = self.asked.channel_names
        found = [
            ChannelUse(
                channel=names[channel],
                customers=customers,
                sessions=sessions,
                contacts=contacts,
                time_s=time / 1e6,
                time_share=share(time, whole),
                session_s=share(time, sessions) / 1e6,
                contacts_per_week=share(contacts, weeks),
            )
            for channel, (sessions, contacts, time, customers) in enumerate(counts.tolist())
            if sessions
        ]
        return sorted(found, key=lambda use: (-use.contacts, use.channel))

    def _cross(self, place: int) -> list[ChannelOrders]:
        counts, names = self.state.cross[place], self.asked.channel_names
        found = [
            ChannelOrders(
                touch=TOUCH_KINDS[k],
                channel=names[channel],
                order_channel=names[order],
                orders=int(counts[k, channel, order]),
                share=share(counts[k, channel, order], counts[k].sum()),
            )
            for k, channel, order in zip(*np.nonzero(counts), strict=True)
        ]
        return sorted(found, key=lambda row: (row.touch, -row.orders, row.channel, row.order_channel))

    def _worth(self, place: int) -> list[ChannelWorth]:
        counts, names = self.state.worth[place], self.asked.channel_names
        found = [
            ChannelWorth(
                touch=TOUCH_KINDS[k],
                channel=names[channel],
                currency=self.asked.currencies[currency],
                orders=int(orders),
                revenue_minor=int(revenue),
                customers=int(customers),
                revenue_per_customer=share(revenue, customers),
            )
            for k, channel, currency in zip(*np.nonzero(counts[..., 0]), strict=True)
            for orders, revenue, customers in [counts[k, channel, currency]]
        ]
        return sorted(found, key=lambda row: (TOUCHES.index(row.touch), row.currency, -row.revenue_minor, row.channel))

    def _combinations(self, through: I64, time: I64) -> list[Combination]:
        kinds, place, orders = np.unique(through, return_inverse=True, return_counts=True)
        names = [self.asked.bits.channels(int(kind)) for kind in kinds]
        ranked = sorted(range(len(kinds)), key=lambda k: (-orders[k], names[k]))
        row = np.full(len(kinds), min(len(kinds), MOST_COMBINATIONS), np.int64)
        row[ranked[:MOST_COMBINATIONS]] = np.arange(min(len(kinds), MOST_COMBINATIONS))
        rows = int(row.max(initial=-1)) + 1
        counts, ranks = np.bincount(row[place], minlength=rows), median_and_p90(row[place], time, rows)
        return [
            Combination(
                channels=names[ranked[k]] if k < MOST_COMBINATIONS else [],
                orders=int(counts[k]),
                share=share(counts[k], len(time)),
                median_s=seconds(ranks[k, 0]),
                p90_s=seconds(ranks[k, 1]),
            )
            for k in range(rows)
        ]
