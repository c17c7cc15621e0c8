"""Attribution of events: paths read off by brute force, and what holds for every split, order, number of threads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import reduce
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import Happened, given, made
from periplo.analysis import Journeys
from periplo.analysis.attribution import Attribution, Credits, of_paths
from periplo.analysis.attribution.answering import Making, Options
from periplo.analysis.grouping import group_by
from periplo.errors import BadPredicate, UnknownName, UsageError
from periplo.predicates import parse

VIEW, ORDER = "Page Viewed", "Order Completed"
NAMES = {"V": VIEW, "O": ORDER, "S": "Stock Adjusted", "R": "Product Reviewed"}
HOUR, DAY = 3600.0, 86400.0
DEFAULTS = Options(
    model=None,
    conversion=ORDER,
    of="channel",
    lookback="30d",
    touches=None,
    gap="30min",
    once=False,
    half_life="7d",
    weights=None,
    markov_order=1,
    direct=None,
    costs=None,
)


def told(*lines: str, **properties) -> Journeys:
    return Journeys(given(*lines, names=NAMES, **properties), currency="EUR")


def given_by(found: Attribution | Credits, model: str) -> dict[str | None, float]:
    credits = found.all if isinstance(found, Attribution) else found
    return {each.name: each.credit(model).conversions for each in credits.attributed}


def test_a_touch_is_a_visit_and_what_the_shop_does_alone_is_none() -> None:
    found = told("V0@web V600@ads V1200@web S1300@email O1500@store V1600@web").attribution()
    assert given_by(found, "linear") == {"ads": 0.5, "web": 0.5}
    assert (found.all.conversions, found.all.ended) == (1, 0)
    each = told("V0@web V600@ads V1200@web O1500@store").attribution(gap="0")
    assert given_by(each, "linear") == {"web": 2 / 3, "ads": 1 / 3}


def test_the_edges_of_the_look_back_and_of_a_visit() -> None:
    assert given_by(told("V0@ads O10@web").attribution(lookback="10s"), "first") == {"ads": 1.0}
    outside = told("V0@ads O10.000001@web").attribution(lookback="10s")
    assert given_by(outside, "first") == {None: 1.0}
    assert "1 touch longer ago than the look-back" in outside.explain()
    assert told("V0@ads V1800@ads O2000@web").attribution().all.get("ads").touches == 2
    assert told("V0@ads V1799@ads O2000@web").attribution().all.get("ads").touches == 1


def test_a_touch_counts_for_every_order_after_it_or_for_the_next_only() -> None:
    journeys = told("V0@ads O100@web V5000@email O6000@web")
    assert given_by(journeys.attribution(), "first") == {"ads": 2.0, "email": 0.0}
    assert given_by(journeys.attribution(once=True), "first") == {"ads": 1.0, "email": 1.0}
    visit = told("V0@ads O100@web V200@ads O300@web")
    assert given_by(visit.attribution(once=True), "first") == {"ads": 2.0}


def test_time_decay_halves_with_each_half_life() -> None:
    found = told(f"V0@ads V{7 * DAY}@email O{7 * DAY + 1}@web").attribution()
    assert given_by(found, "time_decay") == pytest.approx({"ads": 1 / 3, "email": 2 / 3})
    faster = told(f"V0@ads V{7 * DAY}@email O{7 * DAY + 1}@web").attribution(half_life="3d12h")
    assert given_by(faster, "time_decay") == pytest.approx({"ads": 0.2, "email": 0.8})


def test_last_non_direct_passes_over_the_shops_own_places() -> None:
    journeys = told("V0@ads V5000@web O9000@web", "V0@app O9000@web")
    assert given_by(journeys.attribution(), "last_non_direct") == {"ads": 1.0, "app": 1.0, "web": 0.0}
    assert given_by(journeys.attribution(direct=["ads"]), "last_non_direct") == {"ads": 0.0, "app": 1.0, "web": 1.0}
    assert "not direct (app, web)" in journeys.attribution().explain()


def test_paths_without_a_conversion_and_those_still_open() -> None:
    journeys = told("V0@ads", f"V{20 * DAY}@ads", f"O0@web V{5 * DAY}@email", f"V{40 * DAY}@web")
    found = journeys.attribution().all
    assert (found.conversions, found.ended, found.still_open) == (1, 4, 2)
    assert found.probability == 0.0
    result = journeys.attribution()
    assert result.behind("attribution/ended").tolist() == [0, 1, 2, 3]
    assert result.behind("attribution/still_open").tolist() == [1, 3]
    assert result.behind("attribution/conversions").tolist() == [2]


def test_money_is_kept_by_currency() -> None:
    journeys = told(
        "V0@ads V4000@email O9000@web",
        "V0@ads O9000@web",
        revenue_minor=[None, None, 1000, None, 500],
        currency=[None, None, "EUR", None, "USD"],
    )
    money = {each.currency: each.value for each in journeys.attribution().all.get("ads").credit("linear").money}
    assert money == {"EUR": 500.0, "USD": 500.0}
    markov = journeys.attribution(model="markov").all
    for currency, total in (("EUR", 1000), ("USD", 500)):
        given = [m.value for each in markov.attributed for m in each.credits[0].money if m.currency == currency]
        assert sum(given) == pytest.approx(total)
    with pytest.raises(UnknownName, match="ads"):
        journeys.attribution(costs={"adds": 3})
    two = Journeys(journeys.columns)
    with pytest.raises(UsageError, match="EUR, USD"):
        two.attribution(costs={"ads": 3})


def test_costs_given_or_sent_with_events_give_the_return() -> None:
    journeys = told(
        "V0@ads V4000@email O9000@web",
        "V0@ads O9000@web",
        "V0@ads",
        revenue_minor=[None, None, 1000, None, 500, None],
        acquisition_cost_minor=[100, None, None, 60, None, 40],
    )
    sent = journeys.attribution(model="linear").all.get("ads").credits[0].money[0]
    assert (sent.value, sent.cost, sent.roas) == (1000.0, 200.0, 5.0)
    assert sent.cost_per_conversion == pytest.approx(200 / 1.5)
    chosen = journeys.attribution(model="linear", costs={"ads": 4.0, "web": 1.0})
    assert chosen.all.get("ads").credits[0].money[0].cost == 400.0
    assert chosen.all.get("email").credits[0].money[0].cost is None
    assert "return on cost" in chosen.shown("en").heads
    by = journeys.attribution(model="linear", by="channel", costs={"ads": 4.0})
    assert {group.group: group.get("ads").credits[0].money[0].cost for group in by.groups if group.group == "ads"} == {
        "ads": 200.0
    }


def test_of_a_property_and_of_other_conversions_and_touches() -> None:
    journeys = told(
        "V0@web V4000@web R9000@web",
        "V0@web R10@web O20@web",
        campaign=["spring", None, None, "sale", None, None],
        revenue_minor=[None, None, None, None, None, 700],
    )
    assert given_by(journeys.attribution(of="campaign"), "linear") == {"sale": 1.0, "spring": 0.0}
    reviews = journeys.attribution(of="campaign", conversion="Product Reviewed")
    assert given_by(reviews, "linear") == {"sale": 1.0, "spring": 1.0}
    touched = journeys.attribution(touches={"event": "Product Reviewed"}, conversion=ORDER)
    assert (touched.all.get("web").touches, touched.all.ended) == (2, 1)
    large = journeys.attribution(conversion={"event": ORDER, "where": {"revenue_minor": {"gte": 1000}}})
    assert large.all.conversions == 0
    with pytest.raises(UnknownName, match="campaign"):
        journeys.attribution(of="campain")


def test_by_a_property_of_the_conversion_and_by_segment() -> None:
    lines = ("V0@ads O9000@web", "V0@email O9000@app", "V0@email")
    journeys = told(*lines, device=["phone", "phone", "desktop", "phone", "phone"])
    found = journeys.attribution(model="first", by="device")
    assert {group.group: (group.conversions, group.ended, given_by(group, "first")) for group in found.groups} == {
        "phone": (2, 1, {"ads": 1.0, "email": 1.0})
    }
    found = journeys.attribution(by="channel")
    assert {group.group: given_by(group, "markov") for group in found.groups if group.conversions} == {
        "web": {"ads": 1.0},
        "app": {"email": 1.0},
    }
    assert sum(group.conversions for group in found.groups) == found.all.conversions
    assert found.behind("attribution/markov/email/app").tolist() == [1]
    assert found.behind("attribution/markov/email/web").tolist() == []
    assert found.behind("attribution/ended/email").tolist() == [2]
    segments = Journeys(
        journeys.columns, segments={"mailed": parse({"did": {"event": VIEW, "where": {"channel": "email"}}})}
    )
    split = segments.attribution(by="segment", model="linear")
    assert [(group.group, group.conversions, group.ended) for group in split.groups] == [("mailed", 1, 1)]
    assert split.behind("attribution/linear/email/mailed").tolist() == [1]
    assert split.behind("attribution/conversions").tolist() == [0, 1]


def test_rare_kinds_stand_together_where_there_are_very_many() -> None:
    happened = [(who, VIEW, 60.0 * who, "web") for who in range(60)] + [(0, VIEW, 61.0, "web"), (0, ORDER, 9e4, "web")]
    pages = [f"/{who}" for who in range(60)] + ["/0", None]
    journeys = Journeys(made(happened, 60, page=pages))
    found = journeys.attribution(of="page", markov_order=3).all
    assert len(found.attributed) == 26
    assert found.get("other").touches == 35
    assert found.get("/0").touches == 1


def test_strangers_and_nobody_are_left_out() -> None:
    columns = given("V0@ads O9000@web", "O5@store", names=NAMES, strangers=[1])
    assert Journeys(columns).attribution().all.conversions == 1
    nothing = Journeys(made([], 0)).attribution()
    assert (nothing.all.conversions, nothing.all.attributed, nothing.rows()) == (0, [], [])
    assert nothing.shown("es").rows == []
    assert len(nothing.charts("es")) == 1


def test_no_conversions_one_customer_and_all_at_one_instant() -> None:
    none = told("V0@ads V9000@email").attribution()
    assert (none.all.conversions, none.all.ended, none.all.probability) == (0, 1, 0.0)
    assert {credit.conversions for each in none.all.attributed for credit in each.credits} == {0.0}
    once = told("V0@ads V0@email O0@web").attribution(lookback="1s")
    assert given_by(once, "linear") == {"ads": 0.5, "email": 0.5}
    assert told("O0@web O0@web").attribution().all.get(None).took_part == 2


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"lookback": "0d"}, BadPredicate, "0d"),
        ({"half_life": "0s"}, BadPredicate, "0s"),
        ({"lookback": "soon"}, BadPredicate, "soon"),
        ({"markov_order": 0}, UsageError, "1 to 3"),
        ({"model": "markow"}, UnknownName, "markov"),
        ({"model": "custom"}, UsageError, "weights"),
        ({"weights": {"first": -1.0}}, UsageError, "from 0 up"),
        ({"direct": ["wbe"]}, UnknownName, "web"),
        ({"conversion": "Order Complet"}, UnknownName, "Order Completed"),
        ({"touches": "Page Vewed"}, UnknownName, "Page Viewed"),
        ({"of": "day"}, UnknownName, "channel"),
        ({"of": "segment"}, UnknownName, "channel"),
        ({"by": "colour"}, UnknownName, "channel"),
    ],
)
def test_misuse_is_said(options, error, said: str) -> None:
    with pytest.raises(error, match=said):
        told("V0@ads O9000@web").attribution(**options)


# by brute force

MINUTES = [0, 10, 29, 30, 45, 90, 600, 1440, 2880, 5000]
happenings = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([VIEW, VIEW, ORDER, "Stock Adjusted"]),
        st.sampled_from(MINUTES).map(lambda minutes: minutes * 60.0),
        st.sampled_from(["web", "ads", "email"]),
    ),
    max_size=25,
    unique_by=lambda event: (event[0], event[2]),
)


class Walked(NamedTuple):
    touches: list[tuple[str, float]]
    order: float | None


def walk(events: list[Happened], lookback: float, gap: float, once: bool) -> Iterator[Walked]:
    """The paths of one customer, from the words of the definition: for each order all that came before it is read."""
    visits: list[list[tuple[str, float]]] = []
    latest: dict[str, float] = {}
    orders: list[tuple[float, int]] = []
    for _, name, when, channel in events:
        if name == ORDER:
            orders.append((when, len(visits)))
            latest = {} if once else latest
        elif name == VIEW:
            if channel not in latest or when - latest[channel] >= gap:
                visits.append([(channel, when)])
            latest[channel] = when
    first = [visit[0] for visit in visits]
    served = 0
    for when, known in orders:
        yield Walked([touch for touch in first[served if once else 0 : known] if touch[1] >= when - lookback], when)
        served = known
    rest = first[served:]
    if rest:
        yield Walked([touch for touch in rest if touch[1] >= rest[-1][1] - lookback], None)


def decayed(paths: list[Walked], half_life: float) -> dict[str, float]:
    given: Counter[str] = Counter()
    for touches, order in paths:
        if order is not None and touches:
            weights = [2 ** ((when - order) / half_life) for _, when in touches]
            for (channel, _), weight in zip(touches, weights, strict=True):
                given[channel] += weight / sum(weights)
    return given


@settings(max_examples=150, deadline=None)
@for_all(happenings, st.sampled_from([1, 24, 720]), st.sampled_from([0, 30]), st.booleans(), st.integers(1, 3))
def test_equals_paths_read_off_by_brute_force(happened, hours: int, minutes: int, once: bool, order: int) -> None:
    journeys = Journeys(made(happened, 5))
    customers = ([event for event in sorted(happened, key=lambda e: e[2]) if event[0] == who] for who in range(5))
    paths = [each for events in customers for each in walk(events, hours * HOUR, minutes * 60.0, once)]
    found = journeys.attribution(
        lookback=f"{hours}h",
        gap=f"{minutes}min" if minutes else "0",
        once=once,
        half_life="1h",
        markov_order=order,
        direct=[],
    ).all
    table = of_paths(
        [[channel for channel, _ in path.touches] for path in paths],
        [int(path.order is not None) for path in paths],
        nulls=[int(path.order is None) for path in paths],
        markov_order=order,
    )
    assert (found.conversions, found.ended) == (table.conversions, table.ended)
    assert found.probability == pytest.approx(table.probability)
    names = [each.name for each in table.attributed]
    assert {*names} == {each.name for each in found.attributed}
    for name in names:
        own, theirs = found.get(name), table.get(name)
        assert (own.touches, own.took_part, own.assisted) == (theirs.touches, theirs.took_part, theirs.assisted)
        for credit in theirs.credits:
            assert own.credit(credit.model).conversions == pytest.approx(credit.conversions)
    decay = {name: n for name, n in given_by(found, "time_decay").items() if name is not None}
    assert decay == pytest.approx({name: decayed(paths, HOUR)[name] for name in decay}, abs=1e-7)


def asked(columns, **options) -> Making:
    journeys = Journeys(columns, currency="EUR")
    return Making(journeys, msgspec_replaced(DEFAULTS, options), group_by("device", columns, "UTC"))


def msgspec_replaced(options: Options, changes: dict) -> Options:
    return Options(**{**vars(options), **changes})


def worth(happened: list[Happened]):
    return made(
        happened,
        5,
        strangers=[4],
        device=[["phone", "desktop", None][int(when / 60) % 3] for _, _, when, _ in happened],
        revenue_minor=[100.0 + who if name == ORDER else None for who, name, _, _ in happened],
        currency=[("EUR", "USD")[who % 2] for who, *_ in happened],
    )


@settings(max_examples=40, deadline=None)
@for_all(happenings, st.integers(0, 5), st.integers(1, 3), st.randoms(use_true_random=False), st.integers(2, 5))
def test_parts_add_up_and_neither_order_nor_threads_matter(
    happened, cut: int, order: int, random, threads: int
) -> None:
    columns = worth(happened)
    made_whole = asked(columns, markov_order=order)
    cut = min(cut, columns.customers)
    if columns.customers:
        question = made_whole.asked
        parts = [columns.part(0, cut), columns.part(cut, columns.customers)]
        added = reduce(question.merge, [question.map(part) for part in parts if part.customers])
        whole = question.map(columns)
        assert plain(added) == plain(whole)
    shuffled = list(happened)
    random.shuffle(shuffled)
    one = Journeys(columns, threads=1).attribution(by="device")
    many = Journeys(worth(shuffled), threads=threads).attribution(by="device")
    assert near(one) == near(many)


def plain(state) -> list:
    """A state as lists."""
    if isinstance(state, np.ndarray):
        return state.tolist()
    if hasattr(state, "__dataclass_fields__"):
        return [plain(getattr(state, name)) for name in state.__dataclass_fields__]
    return [plain(each) for each in state] if isinstance(state, tuple) else state


def near(found: Attribution) -> str:
    """An answer as data, lists in one order, numbers to nine digits."""

    def rounded(value):
        if isinstance(value, dict):
            return {key: rounded(each) for key, each in value.items()}
        if isinstance(value, list):
            return sorted((rounded(each) for each in value), key=str)
        return float(f"{value:.9g}") if isinstance(value, float) else value

    return str(rounded(msgspec.to_builtins(found)))


# customers behind numbers


@settings(max_examples=40, deadline=None)
@for_all(happenings)
def test_every_number_opens_its_customers(happened) -> None:
    journeys = Journeys(worth(happened))
    found = journeys.attribution(by="device", weights={"middle": 1.0})
    for part, end in ((found.all, ""), *((group, f"/{group.group}") for group in found.groups)):
        assert len(found.behind(f"attribution/conversions{end}")) <= part.conversions
        assert bool(len(found.behind(f"attribution/ended{end}"))) == (part.ended > 0)
        for each in part.attributed:
            name = each.name or "no touch"
            counts = {"took_part": each.took_part, "assisted": each.assisted}
            counts |= {c.model: c.conversions for c in each.credits if c.model != "markov"}
            for what, number in counts.items():
                customers = found.behind(f"attribution/{what}/{name}{end}")
                assert bool(len(customers)) == (number > 0), (what, name, end)
                assert journeys.columns.person[customers].all()
                assert customers.tolist() == sorted({*customers.tolist()})


@pytest.mark.parametrize(
    "ref", ["attribution/first/nobody", "attribution/frist/ads", "attribution/ended/x", "path/ads", "attribution/first"]
)
def test_a_wrong_reference_is_said(ref: str) -> None:
    with pytest.raises(UnknownName):
        told("V0@ads O9000@web").attribution().behind(ref)


# words and pictures


@pytest.mark.parametrize("options", [{}, {"model": "markov"}, {"by": "channel"}, {"model": "j", "by": "channel"}])
def test_every_answer_is_data_words_and_a_drawing(options) -> None:
    journeys = told("V0@ads V4000@email O9000@web", "V0@search O9000@app", "V0@ads", "O1@store")
    found = journeys.attribution(costs={"ads": 3.0}, weights={"last": 1.0}, **options)
    assert found.to_dict()["definition"].startswith("Conversions: Order Completed.")
    assert found.to_arrow().num_rows == len(found.rows()) > 0
    for lang in ("es", "en"):
        shown = found.shown(lang)
        assert all(len(row) == len(shown.heads) for row in shown.rows)
        assert found.chart(lang).startswith("<svg")
    said = found.explain("es")
    assert "todos los contactos con la tienda, distinguidos por canal" in said
    assert ("cadena que recuerda un contacto" in said) == (options.get("model") in (None, "markov"))


def test_all_the_words_are_known_in_spanish() -> None:
    from periplo.analysis.attribution.answering import OUTSIDE
    from periplo.analysis.attribution.models import MEANINGS, MODELS
    from periplo.analysis.attribution.result import CONTACTS, HEADS, NO_TOUCH
    from periplo.language.catalogue import spanish

    assert {*MEANINGS} == {*HEADS} == {*MODELS}
    assert {*MEANINGS.values(), *HEADS.values(), OUTSIDE, CONTACTS, NO_TOUCH} <= {*spanish()}
