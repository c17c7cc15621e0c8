"""The question about channels as a reader sees it: tables and charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from periplo.analysis.charts import Bar, Bars, Cell, Chart, Heatmap, Row
from periplo.analysis.grouping import OTHER, group_label
from periplo.analysis.result import Shown
from periplo.language import Lang, duration, money, number, percent, t
from periplo.vocabulary import channel_label

if TYPE_CHECKING:
    from periplo.analysis.channels.result import ChannelNumbers, Channels, Combination

MOST_CHARTS = 6
TOUCH_NAMES = {"first": "first touch", "last": "last touch", "order": "order"}
HEADS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "use": (
        1,
        ("channel", "customers", "sessions", "contacts", "time", "share of time", "mean session", "contacts per week"),
    ),
    "switches": (
        0,
        (
            *("customers", "cycles", "with an order", "switches per cycle", "switches per customer"),
            *("two channels or more", "zigzag", "contacts per week", "median time", "90 % within"),
        ),
    ),
    "cross": (3, ("touch", "channel", "order", "orders", "share")),
    "value": (2, ("touch", "channel", "orders", "revenue", "customers", "revenue per customer")),
    "combinations": (1, ("channels", "orders", "share", "median time", "90 % within")),
}
"""Per table how many columns are words, and their heads."""
TITLES = {
    "use": "Use of channels",
    "switches": "Changes of channel",
    "cross": "Orders by channel of the touch and of the order",
    "value": "Value per channel",
    "combinations": "Journeys by the channels they went through",
}
_Cells = Callable[["ChannelNumbers", Lang], Iterator[list[str]]]


def shown(found: Channels, lang: Lang) -> Shown:
    if found.table == "switches" and not found.by:
        return _figures(found.all, lang)
    left, heads = HEADS[found.table]
    split = [t(found.by, lang)] if found.by else []
    rows = [
        [*([group_label(found.by, part.group, lang)] if found.by else []), *cells]
        for part in found.parts
        for cells in _CELLS[found.table](part, lang)
    ]
    bars = [share for part in found.parts for share in _shares(part, found.table)]
    return Shown(
        t(TITLES[found.table], lang), [*split, *(t(head, lang) for head in heads)], rows, left + len(split), bars
    )


def _figures(part: ChannelNumbers, lang: Lang) -> Shown:
    """The numbers of all together, one under the other."""
    cells = next(_switches(part, lang))
    rows = [[t(head, lang), cell] for head, cell in zip(HEADS["switches"][1], cells, strict=True)]
    return Shown(t(TITLES["switches"], lang), [t("key figure", lang), t("value", lang)], rows)


def charts(found: Channels, lang: Lang) -> list[Chart]:
    """Matrices for orders by touch and order, bars for value; nothing of its own for the other tables."""
    drawn: list[Chart] = []
    for part in found.parts[:MOST_CHARTS]:
        end = f": {group_label(found.by, part.group, lang)}" if found.by else ""
        if found.table == "cross" and part.cross:
            drawn += [_matrix(part, touch, end, lang) for touch in ("first", "last")]
        elif found.table == "value" and part.value:
            drawn += [_values(part, touch, end, lang) for touch in TOUCH_NAMES]
    return drawn


def combination_label(found: Combination, lang: Lang) -> str:
    return " + ".join(_channel(name, lang) for name in found.channels) or t(OTHER, lang)


def _channel(name: str, lang: Lang) -> str:
    return t(OTHER, lang) if name == OTHER else channel_label(name, lang)


def _matrix(part: ChannelNumbers, touch: str, end: str, lang: Lang) -> Chart:
    cells = {(row.channel, row.order_channel): row for row in part.cross if row.touch == touch}
    columns = sorted({order for _, order in cells})
    return Heatmap(
        title=t(TOUCH_NAMES[touch], lang) + end,
        columns=[channel_label(name, lang) for name in columns],
        rows=[
            Row(
                channel_label(name, lang),
                [
                    Cell(row.orders, number(row.orders, lang), percent(row.share, lang)) if row else Cell()
                    for row in (cells.get((name, order)) for order in columns)
                ],
            )
            for name in sorted({name for name, _ in cells})
        ],
        head=t("channel", lang),
    )


def _values(part: ChannelNumbers, touch: str, end: str, lang: Lang) -> Chart:
    rows = [row for row in part.value if row.touch == touch]
    bars = [
        Bar(channel_label(row.channel, lang), _money(row.revenue_minor, row.currency, lang), row.revenue_minor)
        for row in rows
    ]
    return Bars(title=t(TOUCH_NAMES[touch], lang) + end, bars=bars)


def _shares(part: ChannelNumbers, table: str) -> list[float]:
    if table == "use":
        return [row.time_share for row in part.use]
    if table == "cross":
        return [row.share for row in part.cross]
    return [row.share for row in part.combinations] if table == "combinations" else []


def _use(part: ChannelNumbers, lang: Lang) -> Iterator[list[str]]:
    for row in part.use:
        counts = [number(n, lang) for n in (row.customers, row.sessions, row.contacts)]
        times = [duration(row.time_s, lang), percent(row.time_share, lang), duration(row.session_s, lang)]
        yield [channel_label(row.channel, lang), *counts, *times, number(row.contacts_per_week, lang, 2)]


def _switches(part: ChannelNumbers, lang: Lang) -> Iterator[list[str]]:
    counts = [number(n, lang) for n in (part.customers, part.cycles, part.with_order)]
    means = [number(n, lang, 2) for n in (part.switches, part.switches_per_customer)]
    shares = [percent(part.multichannel, lang), percent(part.zigzag, lang), number(part.contacts_per_week, lang, 2)]
    yield [*counts, *means, *shares, _duration(part.median_s, lang), _duration(part.p90_s, lang)]


def _cross(part: ChannelNumbers, lang: Lang) -> Iterator[list[str]]:
    for row in part.cross:
        words = [
            t(TOUCH_NAMES[row.touch], lang),
            channel_label(row.channel, lang),
            channel_label(row.order_channel, lang),
        ]
        yield [*words, number(row.orders, lang), percent(row.share, lang)]


def _value(part: ChannelNumbers, lang: Lang) -> Iterator[list[str]]:
    for row in part.value:
        yield [
            t(TOUCH_NAMES[row.touch], lang),
            channel_label(row.channel, lang),
            number(row.orders, lang),
            _money(row.revenue_minor, row.currency, lang),
            number(row.customers, lang),
            _money(row.revenue_per_customer, row.currency, lang),
        ]


def _combinations(part: ChannelNumbers, lang: Lang) -> Iterator[list[str]]:
    for row in part.combinations:
        times = [_duration(row.median_s, lang), _duration(row.p90_s, lang)]
        yield [combination_label(row, lang), number(row.orders, lang), percent(row.share, lang), *times]


def _money(minor: float, currency: str, lang: Lang) -> str:
    return money(minor, currency, lang) if currency else number(minor, lang)


def _duration(seconds: float | None, lang: Lang) -> str:
    return "" if seconds is None else duration(seconds, lang)


_CELLS: Mapping[str, _Cells] = {
    "use": _use,
    "switches": _switches,
    "cross": _cross,
    "value": _value,
    "combinations": _combinations,
}
