"""Sessions per channel: how many, whose, how long, with an order or without (SEMANTICS 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.numbers import joined, median_and_p90, seconds, share
from periplo.analysis.result import Definition, Result, Shown
from periplo.journeys.columns import I64, JourneyColumns
from periplo.journeys.kernels.sessions import distinct_owners
from periplo.language import Lang, duration, number, percent, t
from periplo.vocabulary import Taxonomy, channel_label


class ChannelSessions(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions in one channel; without a channel, all together. Lengths in seconds, first to last event."""

    channel: str | None
    sessions: int
    customers: int
    events: int
    with_order: int
    conversion_rate: float
    median_s: float | None
    p90_s: float | None


class Sessions(Result, frozen=True, kw_only=True):
    """All sessions together, then per channel, the most first."""

    channels: list[ChannelSessions]

    def rows(self) -> list[Mapping[str, Any]]:
        return [msgspec.structs.asdict(row) for row in self.channels]

    def shown(self, lang: Lang) -> Shown:
        heads = [t("channel", lang), t("sessions", lang), t("customers", lang), t("events per session", lang)]
        heads += [t("with an order", lang), t("median length", lang)]
        most = self.channels[0].sessions or 1
        bars = [row.sessions / most for row in self.channels]
        return Shown(t("Sessions", lang), heads, [_cells(row, lang) for row in self.channels], bars=bars)


@dataclass(frozen=True)
class SessionState:
    """``counts`` int64[4, channels + 1]: sessions, customers, events, with order; length (us) and channel of each."""

    counts: I64
    channel: I64
    length: I64


@dataclass(frozen=True)
class SessionQuestion:
    taxonomy: Taxonomy
    channel_names: tuple[str, ...]

    def map(self, part: JourneyColumns) -> SessionState:
        facts = Facts(part, self.taxonomy, ("",), 0)
        found, kinds = facts.sessions, len(self.channel_names)
        channel = part.channel[found.first].astype(np.int64)
        counts = [
            np.bincount(channel, minlength=kinds),
            np.bincount(channel, found.events, kinds).astype(np.int64),
            np.bincount(channel[found.orders > 0], minlength=kinds),
        ]
        customers = distinct_owners(facts.customer(found.first), channel, kinds)
        sessions, events, orders = (np.append(each, each.sum()) for each in counts)
        length = part.time_us[found.last] - part.time_us[found.first]
        return SessionState(np.stack((sessions, customers, events, orders)), channel, length)

    def merge(self, left: SessionState, right: SessionState) -> SessionState:
        return SessionState(
            left.counts + right.counts, joined((left.channel, right.channel)), joined((left.length, right.length))
        )

    def finish(self, state: SessionState) -> list[ChannelSessions]:
        kinds = len(self.channel_names)
        each = median_and_p90(state.channel, state.length, kinds)
        whole = median_and_p90(np.zeros_like(state.channel), state.length, 1)
        ranks, names = np.concatenate((each, whole)), [*self.channel_names, None]
        order = [kinds, *(c for c in np.argsort(-state.counts[0, :kinds], kind="stable") if state.counts[0, c])]
        return [
            ChannelSessions(
                channel=names[c],
                sessions=int(state.counts[0, c]),
                customers=int(state.counts[1, c]),
                events=int(state.counts[2, c]),
                with_order=int(state.counts[3, c]),
                conversion_rate=share(state.counts[3, c], state.counts[0, c]),
                median_s=seconds(ranks[c, 0]),
                p90_s=seconds(ranks[c, 1]),
            )
            for c in order
        ]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``sessions/<channel>`` or ``sessions/all``, and ``/with_order``."""
        facts = Facts(columns, self.taxonomy, ("",), 0)
        first, orders = facts.sessions.first, facts.sessions.orders
        match ref.split("/"):
            case ["sessions", name, *rest] if name in {"all", *self.channel_names} and rest in ([], ["with_order"]):
                here = columns.channel[first] == columns.channel_names.index(name) if name != "all" else first >= 0
                return np.unique(facts.customer(first[here & (orders > 0)] if rest else first[here]))
        return None


DEFINITION = Definition(
    "A session is the events of one customer in one channel with gaps under 30 minutes; what the shop does alone (a "
    "message sent) is not in it. Its length runs from its first event to its last."
)


def _cells(row: ChannelSessions, lang: Lang) -> list[str]:
    return [
        channel_label(row.channel, lang) if row.channel else t("all channels", lang),
        number(row.sessions, lang),
        number(row.customers, lang),
        number(row.events / row.sessions if row.sessions else 0, lang, 1),
        percent(row.conversion_rate, lang),
        "" if row.median_s is None else duration(row.median_s, lang),
    ]
