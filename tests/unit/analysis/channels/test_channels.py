"""Channels: worked examples, counting by hand, and what holds for every split, order and number of threads."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import reduce
from itertools import groupby, pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import Happened, given, made
from periplo.analysis import Journeys
from periplo.analysis.channels.combinations import MOST, Bits
from periplo.analysis.channels.question import ChannelQuestion
from periplo.analysis.channels.result import Channels
from periplo.analysis.facts import currencies_of
from periplo.analysis.grouping import group_by
from periplo.errors import UnknownName
from periplo.predicates import parse

VIEW, ORDER, ALONE, AFTER = "Page Viewed", "Order Completed", "Stock Adjusted", "Product Reviewed"
NAMES = {"V": VIEW, "O": ORDER, "S": ALONE, "R": AFTER}
WEEK = 7 * 86400.0
TABLES = ("use", "switches", "cross", "value", "combinations")


def told(*lines: str, until: float | None = None, **properties) -> Journeys:
    return Journeys(given(*lines, names=NAMES, until=until, **properties), currency="EUR")


def test_switches_zigzag_and_cycles_through_several_channels() -> None:
    found = told("V0@ads V10@web V20@ads O30@web V40@web V50@app O60@store R70@email", "V0@web").channels().all
    assert (found.cycles, found.with_order, found.customers) == (3, 2, 2)
    assert (found.switches, found.switches_per_customer) == (6 / 3, 6 / 2)
    assert (found.switched, found.multichannel, found.zigzag) == (2 / 3, 2 / 3, 1 / 3)


def test_going_back_without_a_stop_in_between_is_no_new_switch() -> None:
    found = told("V0@ads S5@web V10@ads O20@web").channels().all
    assert (found.switches, found.zigzag) == (1.0, 0.0)


def test_time_in_a_channel_is_visible_time_where_it_is_sent() -> None:
    lines = "V0@web V60@web V4000@app V4090@app O9000@app"
    use = {row.channel: row for row in told(lines).channels().all.use}
    assert (use["web"].time_s, use["app"].time_s, use["app"].sessions, use["app"].session_s) == (60.0, 90.0, 2, 45.0)
    assert (use["web"].time_share, use["app"].contacts) == (0.4, 3)
    sent = told(lines, visible_s=[10.5, 4.5, None, None, None]).channels().all.use
    assert {row.channel: row.time_s for row in sent} == {"web": 15.0, "app": 90.0}


def test_contacts_per_week_of_all_customers_add_up() -> None:
    found = told("V0@web V10@web V20@app", f"V{WEEK}@web", until=3 * WEEK).channels().all
    assert {row.channel: row.contacts_per_week for row in found.use} == {"web": 3 / 5, "app": 1 / 5}
    assert found.contacts_per_week == pytest.approx(4 / 5)


def test_journeys_by_the_channels_up_to_the_order() -> None:
    found = told("V0@web V10@ads O20@web R30@email", "V0@ads O100@web", "O5@store").channels().all
    assert [(row.channels, row.orders, row.median_s) for row in found.combinations] == [
        (["ads", "web"], 2, 60.0),
        (["store"], 1, 0.0),
    ]
    assert (found.median_s, found.p90_s) == (20.0, 84.0)


def test_value_by_first_and_last_touch_and_order_in_each_currency() -> None:
    journeys = told(
        "V0@ads V10@web O20@web V30@ads O40@web",
        "V0@ads O9@store",
        revenue_minor=[None, None, 1000, None, 500, None, 300],
        currency=[None, None, "EUR", None, "EUR", None, "USD"],
    )
    found = {(row.touch, row.channel, row.currency): row for row in journeys.channels().all.value}
    row = found["first", "ads", "EUR"]
    assert (row.orders, row.revenue_minor, row.customers, row.revenue_per_customer) == (2, 1500, 1, 1500.0)
    assert (found["last", "web", "EUR"].revenue_minor, found["last", "ads", "EUR"].revenue_minor) == (1000, 500)
    assert found["order", "store", "USD"].revenue_minor == 300
    assert ("first", "ads", "USD") in found


def test_more_channels_than_bits_share_the_last_one() -> None:
    happened = [(0, VIEW, float(k), f"channel {k:03}") for k in range(70)] + [(0, ORDER, 100.0, "channel 000")]
    columns = made(happened, 1)
    assert len(Bits.of(columns).names) == MOST + 1
    (row,) = Journeys(columns).channels().all.combinations
    assert len(row.channels) == MOST + 1
    assert "other" in row.channels


def test_rare_combinations_stand_together_and_can_be_opened() -> None:
    lines = [f"V0@c{k:02} O10@web" for k in range(25)] + ["V0@c00 O10@web"]
    found = told(*lines).channels(table="combinations")
    rows = found.all.combinations
    assert (len(rows), rows[0].orders, rows[-1].channels, rows[-1].orders) == (21, 2, [], 5)
    assert sum(row.orders for row in rows) == found.all.with_order
    assert len(found.behind("channels/through/other")) == 5
    assert found.behind("channels/through/c00+web").tolist() == [0, 25]


# by hand

happenings = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([VIEW, VIEW, ORDER, AFTER, ALONE]),
        st.integers(0, 60).map(lambda k: k * 600.0),
        st.sampled_from(["web", "ads", "app"]),
    ),
    max_size=40,
    unique_by=lambda event: (event[0], event[2]),
)


def cycles_of(happened: list[Happened]) -> list[list[Happened]]:
    """The cycles of all customers: a pre-purchase event or an order after an order begins a new one."""
    found: list[list[Happened]] = []
    for who in range(5):
        mine = sorted((e for e in happened if e[0] == who and e[1] != ALONE), key=lambda e: e[2])
        cycle: list[Happened] = []
        for event in mine:
            if any(e[1] == ORDER for e in cycle) and event[1] != AFTER:
                found.append(cycle)
                cycle = []
            cycle.append(event)
        if cycle:
            found.append(cycle)
    return found


def changes(cycle: list[Happened]) -> list[str]:
    return [channel for channel, _ in groupby(cycle, key=lambda e: e[3])]


@settings(max_examples=80, deadline=None)
@for_all(happenings)
def test_equals_counting_by_hand(happened) -> None:
    found = Journeys(made(happened, 5)).channels().all
    cycles = cycles_of(happened)
    walks = [changes(cycle) for cycle in cycles]
    ways = [[e for e in cycle if e[2] <= next(e[2] for e in cycle if e[1] == ORDER)] for cycle in cycles if has(cycle)]
    assert (found.cycles, found.with_order, found.customers) == (len(cycles), len(ways), len({c[0][0] for c in cycles}))
    assert found.switches * len(cycles) == pytest.approx(sum(len(walk) - 1 for walk in walks))
    assert found.multichannel * len(cycles) == pytest.approx(sum(len({*walk}) > 1 for walk in walks))
    back = sum(any(a == c for (a, _), (_, c) in pairwise(pairwise(walk))) for walk in walks)
    assert found.zigzag * len(cycles) == pytest.approx(back)
    assert {"+".join(row.channels): row.orders for row in found.combinations} == Counter(
        "+".join(sorted({e[3] for e in way})) for way in ways
    )
    for row in found.combinations:
        times = [way[-1][2] - way[0][2] for way in ways if sorted({e[3] for e in way}) == row.channels]
        assert (row.median_s, row.p90_s) == pytest.approx((np.quantile(times, 0.5), np.quantile(times, 0.9)))
    cross = {(row.touch, row.channel, row.order_channel): row.orders for row in found.cross}
    assert cross == Counter(
        (touch, way[place][3], way[-1][3])
        for way in ways
        for touch, place in (("first", 0), ("last", max(len(way) - 2, 0)))
    )


def has(cycle: list[Happened]) -> bool:
    return any(e[1] == ORDER for e in cycle)


@settings(max_examples=60, deadline=None)
@for_all(happenings)
def test_use_equals_counting_by_hand(happened) -> None:
    found = Journeys(made(happened, 5)).channels().all
    times: dict[str, list[list[float]]] = defaultdict(list)
    contacts: Counter[str] = Counter()
    owners = defaultdict(set)
    for (who, channel), events in groupby(
        sorted((e for e in happened if e[1] != ALONE), key=lambda e: (e[0], e[3], e[2])), key=lambda e: (e[0], e[3])
    ):
        owners[channel].add(who)
        for _, _, when, _ in events:
            contacts[channel] += 1
            mine = times[f"{who} {channel}"]
            if mine and when - mine[-1][-1] < 1800:
                mine[-1].append(when)
            else:
                mine.append([when])
    assert {row.channel: row.contacts for row in found.use} == contacts
    assert {row.channel: row.customers for row in found.use} == {name: len(who) for name, who in owners.items()}
    for row in found.use:
        visits = [visit for key, each in times.items() if key.endswith(row.channel) for visit in each]
        assert row.sessions == len(visits)
        assert row.time_s == pytest.approx(sum(visit[-1] - visit[0] for visit in visits))


def worth(happened: list[Happened]):
    return made(
        happened,
        5,
        strangers=[4],
        device=[["phone", "desktop", None][int(when / 600) % 3] for _, _, when, _ in happened],
        revenue_minor=[100.0 + who if name == ORDER else None for who, name, _, _ in happened],
        visible_s=[7.25 if int(when) % 7 == 0 else None for _, _, when, _ in happened],
        currency=[("EUR", "USD")[who % 2] for who, *_ in happened],
    )


@settings(max_examples=40, deadline=None)
@for_all(happenings, st.integers(0, 5), st.randoms(use_true_random=False), st.integers(2, 5))
def test_parts_add_up_and_neither_order_nor_threads_matter(happened, cut: int, random, threads: int) -> None:
    columns = worth(happened)
    cut = min(cut, columns.customers)
    whole = Journeys(columns)
    asked = ChannelQuestion(
        whole.taxonomy,
        columns.channel_names,
        *currencies_of(columns, None),
        group_by("device", columns, "UTC"),
        Bits.of(columns),
    )
    if columns.customers:
        parts = [columns.part(0, cut), columns.part(cut, columns.customers)]
        added = reduce(asked.merge, [asked.map(part) for part in parts if part.customers])
        assert [each.tolist() for each in vars(added).values()] == [
            each.tolist() for each in vars(asked.map(columns)).values()
        ]
    shuffled = list(happened)
    random.shuffle(shuffled)
    one = Journeys(columns, threads=1).channels(by="device")
    many = Journeys(worth(shuffled), threads=threads).channels(by="device")
    assert near(one) == near(many)


def near(found: Channels) -> str:
    """An answer as data, lists in one order, numbers to nine digits."""

    def rounded(value):
        if isinstance(value, dict):
            return {key: rounded(each) for key, each in value.items()}
        if isinstance(value, list):
            return sorted((rounded(each) for each in value), key=str)
        return float(f"{value:.9g}") if isinstance(value, float) else value

    return str(rounded(msgspec.to_builtins(found)))


@settings(max_examples=40, deadline=None)
@for_all(happenings)
def test_groups_add_up_and_every_number_opens_its_customers(happened) -> None:
    columns = worth(happened)
    found = Journeys(columns).channels(by="device")
    assert sum(group.cycles for group in found.groups) == found.all.cycles
    assert sum(group.with_order for group in found.groups) == found.all.with_order
    for part, end in ((found.all, ""), *((group, f"/{group.group}") for group in found.groups)):
        assert len(found.behind(f"channels/cycles{end}")) == part.customers
        for what in ("switched", "multichannel", "zigzag"):
            assert bool(len(found.behind(f"channels/{what}{end}"))) == (getattr(part, what) > 0)
        for use in part.use:
            customers = found.behind(f"channels/use/{use.channel}{end}")
            assert len(customers) == use.customers
            assert columns.person[customers].all()
        for row in part.cross:
            assert 0 < len(found.behind(f"channels/{row.touch}/{row.channel}/{row.order_channel}{end}")) <= row.orders
        for row in part.combinations:
            assert 0 < len(found.behind(f"channels/through/{'+'.join(row.channels)}{end}")) <= row.orders
        by_place = Counter()
        for row in part.value:
            by_place[row.touch, row.channel] += row.customers
        for (touch, channel), customers in by_place.items():
            assert len(found.behind(f"channels/value/{touch}/{channel}{end}")) == customers


@pytest.mark.parametrize(
    "ref", ["channels/use/fax", "channels/first/web", "channels/through/fax", "channels/x", "use/web"]
)
def test_a_wrong_reference_is_said(ref: str) -> None:
    with pytest.raises(UnknownName):
        told("V0@web O9@web").channels().behind(ref)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("by", [None, "channel", "segment"])
def test_every_table_is_data_words_and_a_drawing(table: str, by: str | None) -> None:
    columns = told("V0@ads V10@web O20@web", "V0@app V9@web", "O7@store").columns
    segments = {"visitors": parse(VIEW), "nobody": parse({"did": ORDER, "at_least": 9})}
    found = Journeys(columns, segments=segments).channels(table=table, by=by)
    assert found.to_arrow().num_rows == len(found.rows()) > 0
    assert len({tuple(row) for row in found.rows()}) == 1
    for lang in ("es", "en"):
        shown = found.shown(lang)
        assert all(len(row) == len(shown.heads) for row in shown.rows)
        assert found.chart(lang).startswith("<svg")
    assert "de un canal a otro y enseguida de vuelta" in found.explain("es")


def test_a_segment_opens_its_own_customers() -> None:
    columns = told("O7@store", "V0@app O9@web").columns
    found = Journeys(columns, segments={"visitors": parse(VIEW)}).channels(by="segment")
    assert [(group.group, group.cycles) for group in found.groups] == [("visitors", 1)]
    assert found.behind("channels/cycles/visitors").tolist() == [1]


@pytest.mark.parametrize("table", TABLES)
def test_nothing_at_all_has_an_answer(table: str) -> None:
    found = Journeys(made([], 0)).channels(table=table)
    assert (found.all.cycles, found.all.switches, found.all.median_s, found.all.use) == (0, 0.0, None, [])
    assert found.shown("es").heads
    assert found.chart("es").startswith("<svg")


def test_misuse_is_said() -> None:
    with pytest.raises(UnknownName, match="use"):
        told("V0@web").channels(table="usage")
    with pytest.raises(UnknownName, match="channel"):
        told("V0@web").channels(by="colour")


def test_all_the_words_are_known_in_spanish() -> None:
    from periplo.analysis.channels.showing import HEADS, TITLES, TOUCH_NAMES
    from periplo.language.catalogue import spanish

    heads = {head for _, heads in HEADS.values() for head in heads}
    assert {*HEADS} == {*TITLES} == {*TABLES}
    assert heads | {*TITLES.values(), *TOUCH_NAMES.values()} <= {*spanish()}
