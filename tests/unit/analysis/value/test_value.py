"""The questions about value: small examples counted by hand, what must hold for any, and what cannot be answered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis import Journeys
from periplo.analysis.value import Buyers, fit_money, fit_orders
from periplo.analysis.value.rfm import GROUPS
from periplo.analysis.value.worth import WEEKS_PER_YEAR
from periplo.errors import BadPredicate, UnknownName, UsageError
from periplo.language.catalogue import spanish
from periplo.predicates import parse
from value_simulated import stopping_after_orders

DAY = 86400.0
LETTERS = {"O": "Order Completed", "V": "Product Viewed"}


def shop(n: int = 300, seed: int = 4, threads: int | None = None, shuffled: bool = False, **more) -> Journeys:
    """Buyers of a known law, some in another currency, one a stranger, with amounts that differ by customer."""
    random = np.random.default_rng(seed)
    buyers = stopping_after_orders(1.5, 6.0, 1.0, 4.0, n, seed)
    happened, amounts, currencies = [], [], []
    for who in range(n):
        first = 60.0 - buyers.age[who]
        inside = np.sort(random.uniform(0, buyers.recency[who], max(int(buyers.frequency[who]) - 1, 0)))
        weeks = [0.0, *inside, *([buyers.recency[who]] if buyers.frequency[who] else [])]
        mean = random.gamma(4.0) * 1000
        for week in weeks:
            happened.append((who, "Order Completed", float(first + week) * 7 * DAY, "web" if who % 2 else "app"))
            amounts.append(float(round(mean * random.uniform(0.5, 1.5))))
            currencies.append("EUR" if who % 3 else "USD")
    happened.append((n, "Product Viewed", 60 * 7 * DAY, "web"))
    amounts.append(None)
    currencies.append(None)
    order = random.permutation(len(happened)) if shuffled else np.arange(len(happened))
    columns = made(
        [happened[k] for k in order],
        n + 1,
        strangers=[2],
        revenue_minor=[amounts[k] for k in order],
        currency=[currencies[k] for k in order],
    )
    return Journeys(columns, currency="EUR", threads=threads, **more)


QUESTIONS = {
    "rfm": lambda j: j.rfm(),
    "plain_value": lambda j: j.plain_value(by="channel"),
    "clv": lambda j: j.clv(top=3, by="channel"),
    "pareto": lambda j: j.clv(model="pareto/nbd", top=2, discount=0.1, horizon="90d", same_day=False),
}


@pytest.fixture(scope="module")
def some() -> Journeys:
    return shop()


@pytest.mark.parametrize("name", QUESTIONS)
def test_neither_order_nor_parts_nor_threads_change_an_answer(some: Journeys, name: str) -> None:
    ask = QUESTIONS[name]
    assert ask(shop(threads=1)).to_dict() == ask(some).to_dict() == ask(shop(threads=3, shuffled=True)).to_dict()


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_data_words_and_a_drawing(some: Journeys, name: str) -> None:
    found = QUESTIONS[name](some)
    assert found.to_arrow().num_rows == len(found.rows()) > 0
    for lang in ("en", "es"):
        shown = found.shown(lang)
        assert all(len(row) == len(shown.heads) for row in shown.rows)
        assert found.chart(lang).startswith("<svg")
    assert found.explain("es") != found.explain("en")
    assert found.told("es").behind(found.rows()[0]["ref"]).tolist() == found.behind(found.rows()[0]["ref"]).tolist()


def test_every_number_opens_its_customers(some: Journeys) -> None:
    columns = some.columns
    buys = np.add.reduceat(columns.event == columns.code("Order Completed"), columns.offsets[:-1]) > 0
    for ask in QUESTIONS.values():
        found = ask(some)
        for row in found.rows():
            behind = found.behind(row["ref"])
            assert len(behind) == row["customers"], row["ref"]
            assert columns.person[behind].all()
            assert buys[behind].all()
        with pytest.raises(UnknownName):
            found.behind("no/such/number")
    found = some.rfm()
    assert all(len(found.behind(cell.ref)) == cell.customers for cell in found.cells)


# RFM


def test_rfm_counts_by_hand() -> None:
    lines = [f"O{day * DAY}" for day in range(8)] + [f"O0 O{8 * DAY}", f"O0 O{4 * DAY} O{9 * DAY} O{9 * DAY + 60}"]
    found = Journeys(given(*lines, names=LETTERS, until=9 * DAY)).rfm()
    assert {each.measure: each.values for each in found.thresholds} == {
        "recency": pytest.approx([1.8, 3.6, 5.4, 7.2]),
        "frequency": pytest.approx([1.0, 1.0, 1.0, 1.2]),
    }
    cells = {(cell.recency, cell.worth): found.behind(cell.ref).tolist() for cell in found.cells if cell.customers}
    assert cells == {
        (1, 1): [0, 1],
        (2, 1): [2, 3],
        (3, 1): [4, 5],
        (4, 1): [6, 7],
        (5, 5): [8, 9],
    }
    assert found.get("champions").mean_purchases == 2.5
    assert (
        Journeys(given(*lines, names=LETTERS, until=9 * DAY)).rfm(same_day=False).get("champions").mean_purchases == 3
    )


def test_the_groups_hold_every_pair_of_scores_once(some: Journeys) -> None:
    pairs = [pair for held in GROUPS.values() for pair in held]
    assert sorted(pairs) == [f"{r}{w}" for r in range(1, 6) for w in range(1, 6)]
    assert GROUPS.keys() <= spanish().keys()
    found = some.rfm()
    assert sum(group.customers for group in found.groups) == found.customers
    assert sum(cell.customers for cell in found.cells) == found.customers
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    for currency in ("EUR", "USD"):
        assert sum(group.money_share[currency] for group in found.groups) == pytest.approx(1)


@settings(max_examples=30)
@for_all(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20), st.sampled_from([100.0, 900.0])), min_size=1))
def test_rfm_equals_its_definition(orders) -> None:
    columns = made(
        [(who, "Order Completed", day * DAY, "web") for who, day, _ in orders],
        10,
        until=20 * DAY,
        revenue_minor=[amount for *_, amount in orders],
    )
    found = Journeys(columns, currency="EUR").rfm()
    customers = sorted({who for who, *_ in orders})
    silent = [20 - max(day for each, day, _ in orders if each == who) for who in customers]
    often = [len({day for each, day, _ in orders if each == who}) for who in customers]
    spent = [sum(amount for each, _, amount in orders if each == who) for who in customers]

    def passed(values, value) -> int:
        return sum(value > np.quantile(values, share) for share in (0.2, 0.4, 0.6, 0.8))

    for k in range(len(customers)):
        recency = 5 - passed(silent, silent[k])
        worth = (2 + passed(often, often[k]) + passed(spent, spent[k]) + 1) // 2
        assert k in found.behind(f"rfm/{recency}/{worth}")


# The plain formula


def test_the_plain_formula_by_hand() -> None:
    year = 365.25 * DAY
    columns = given(f"O0 O{year}", f"O{year / 2}", names=LETTERS, until=year, revenue_minor=[1000.0, 3000.0, 2000.0])
    (found,) = Journeys(columns, currency="EUR").plain_value().values
    assert (found.customers, found.orders, found.mean_order_minor) == (2, 3, 2000)
    assert found.orders_per_year == pytest.approx(2)
    assert found.years == pytest.approx(0.75)
    assert found.value_minor == pytest.approx(3000)
    longer = Journeys(columns, currency="EUR").plain_value(years=5, margin=0.3).values[0]
    assert longer.value_minor == pytest.approx(2000 * 2 * 5 * 0.3)


def test_the_plain_formula_is_what_was_spent_so_far(some: Journeys) -> None:
    for value in some.plain_value().values:
        assert value.value_minor == pytest.approx(some.kpis().get("customer_value", currency=value.currency).value)


def test_by_segment_and_by_property() -> None:
    segments = {"again": parse({"did": "Order Completed", "at_least": 2}), "all": parse({"did": "Order Completed"})}
    journeys = shop(segments=segments)
    found = {value.ref: value for value in journeys.plain_value(by="segment").values if value.currency == "EUR"}
    assert found["plain_value/EUR/all"].customers == found["plain_value/EUR"].customers
    assert found["plain_value/EUR/again"].customers < found["plain_value/EUR"].customers
    ahead = journeys.clv(by="segment", top=0)
    assert ("Split by segment." in ahead.explain(), "Split" in journeys.clv().explain()) == (True, False)
    assert ahead.get("group", "all", "EUR").value_minor == pytest.approx(ahead.get("all", "", "EUR").value_minor)
    split = journeys.clv(by="channel", top=0)
    parts = [split.get("group", name, "EUR").value_minor for name in ("web", "app")]
    assert sum(parts) == pytest.approx(split.get("all", "", "EUR").value_minor)


# Customer lifetime value


def test_values_are_those_of_the_models_fitted_to_the_table(some: Journeys) -> None:
    found = some.clv(horizon="26w", same_day=False, top=1)
    table = found.everyone().filter(np.array(found.everyone()["currency"]) == "EUR")
    columns = some.columns
    frequency = table["purchases"].to_numpy() - 1.0
    age, silent = table["age_days"].to_numpy() / 7, table["silent_days"].to_numpy() / 7
    model = fit_orders(frequency, np.maximum(age - silent, 0) * (frequency > 0), age)
    book = next(book for book in found.currencies if book.currency == "EUR")
    values = [parameter.value for parameter in book.orders.parameters]
    assert values == pytest.approx(model.maximum.values, rel=1e-4)
    assert book.orders.log_likelihood == pytest.approx(model.maximum.log_likelihood)
    owner = np.repeat(np.arange(columns.customers), np.diff(columns.offsets))
    amounts = columns.properties.column("revenue_minor")
    first = columns.offsets[:-1][owner] == np.arange(columns.events)
    row = table["customer"].to_numpy()
    again = np.array([np.flatnonzero((owner == who) & ~first) for who in row], dtype=object)
    mean = np.array([amounts[rows].mean() if len(rows) else 0.0 for rows in again])
    money = fit_money(frequency, mean)
    assert [each.value for each in book.money.parameters] == pytest.approx(money.maximum.values, rel=1e-6)
    assert table["value"].to_numpy() == pytest.approx(
        table["orders"].to_numpy() * money.expected(frequency, mean), rel=1e-6
    )
    assert found.get("customer", "1", "EUR").value_minor == table["value"][0].as_py()


def test_parts_add_up_and_intervals_hold_the_middle(some: Journeys) -> None:
    found = some.clv(top=4)
    assert {book.currency for book in found.currencies} == {"EUR", "USD"}
    for book in found.currencies:
        whole, *rest = book.lines
        tenths = [line for line in rest if line.part == "tenth"]
        assert sum(line.customers for line in tenths) == whole.customers == book.customers
        assert sum(line.value_minor for line in tenths) == pytest.approx(whole.value_minor)
        assert sum(line.share for line in tenths) == pytest.approx(1)
        values = [line.value_minor / line.customers for line in tenths]
        assert values == sorted(values, reverse=True)
        for line in book.lines:
            assert line.orders_low < line.orders < line.orders_high
            assert line.value_low < line.value_minor < line.value_high
        for line in rest[len(tenths) :]:
            assert 0 <= line.orders_at_least <= line.orders <= line.orders_at_most
            assert line.value_at_least <= line.value_minor <= line.value_at_most


def test_a_wider_level_is_a_wider_interval(some: Journeys) -> None:
    narrow, wide = (some.clv(level=level, top=0).get() for level in (0.5, 0.99))
    assert wide.value_low < narrow.value_low < narrow.value_high < wide.value_high
    assert wide.value_minor == narrow.value_minor


def test_intervals_of_a_sum_are_those_of_its_parameters(some: Journeys) -> None:
    """The delta method, against refitting on customers drawn anew (bootstrap): about as wide."""
    found = some.clv(top=0, same_day=False)
    table = found.everyone().filter(np.array(found.everyone()["currency"]) == "EUR")
    frequency, age = table["purchases"].to_numpy() - 1.0, table["age_days"].to_numpy() / 7
    recency = np.where(frequency > 0, age - table["silent_days"].to_numpy() / 7, 0)
    random, totals = np.random.default_rng(8), []
    given_buyers = Buyers.of(frequency, np.maximum(recency, 0), age)
    for _ in range(25):
        drawn = given_buyers.pick(random.integers(0, len(age), len(age)))
        totals.append(fit_orders(drawn.frequency, drawn.recency, drawn.age).expected(given_buyers, 365 / 7).sum())
    line = found.get("all", "", "EUR")
    width = np.log(line.orders_high / line.orders_low) / (2 * 1.96)
    assert 0.5 < width / np.std(np.log(totals)) < 2


def test_discount_and_margin(some: Journeys) -> None:
    plain, half = some.clv(top=0).get(), some.clv(top=0, margin=0.5).get()
    assert half.value_minor == pytest.approx(plain.value_minor / 2)
    less = some.clv(top=0, discount=0.2).get()
    years = 365 / 7 / WEEKS_PER_YEAR
    assert plain.value_minor / 1.2**years < less.value_minor < plain.value_minor
    assert less.orders == plain.orders
    assert some.clv(top=0, horizon="1d").get().orders < plain.orders / 100


# What cannot be answered


def test_wrong_options_are_told(some: Journeys) -> None:
    for wrong in (
        {"discount": -0.1},
        {"margin": 0},
        {"margin": 2},
        {"level": 1},
        {"top": -1},
        {"top": 100_000},
    ):
        with pytest.raises(UsageError):
            some.clv(**wrong)
    for name, wrong in (("model", "bgnbd"), ("by", "colour")):
        with pytest.raises(UnknownName):
            some.clv(**{name: wrong})
    with pytest.raises(BadPredicate):
        some.clv(horizon="0d")
    with pytest.raises(UsageError):
        some.plain_value(years=0)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["V0"], "there are 0"),
        (["O0"], "there are 0"),
        ([f"O0 O{9 * DAY}"], "there is 1"),
        (["O0 O60"] * 30, "there are 0"),
        ([], "there are 0"),
    ],
)
def test_where_no_model_can_be_fitted_it_says_why(lines: list[str], says: str) -> None:
    journeys = Journeys(given(*lines, names=LETTERS), currency="EUR")
    found = journeys.clv()
    (book,) = found.currencies
    assert says in book.orders.tell("en")
    assert found.get().orders is None
    assert says in found.explain("en")
    assert found.behind("clv/EUR").tolist() == (
        [0] if lines[:1] in (["O0"], [f"O0 O{9 * DAY}"]) else [*range(book.customers)]
    )
    for asked in (found, journeys.rfm(), journeys.plain_value()):
        assert asked.rows()
        assert asked.shown("es").rows
        assert asked.chart("es").startswith("<svg")


def test_all_orders_at_one_instant() -> None:
    found = Journeys(given(*["O5 O5"] * 20, names=LETTERS), currency="EUR").clv(same_day=False)
    assert found.currencies[0].orders.tell("en") == "No model: all orders are at one instant."
    value = Journeys(given(*["O5 O5"] * 20, names=LETTERS), currency="EUR").plain_value().values[0]
    assert (value.orders, value.orders_per_year, value.value_minor) == (40, None, None)


def test_without_money_there_are_orders_and_no_value() -> None:
    lines = [f"O0 O{(3 + k % 9) * DAY} O{(20 + k) * DAY}" for k in range(40)] + ["O0"] * 40
    found = Journeys(given(*lines, names=LETTERS, until=90 * DAY)).clv(top=2)
    (book,) = found.currencies
    assert (book.currency, book.money.reason) == (None, "No value: no order says what it cost.")
    assert found.get().orders > 0
    assert found.get().value_minor is None
    assert len(found.behind("clv/none/tenth/1")) == 8
    assert found.chart("es").startswith("<svg")
    assert [row[4] for row in found.shown("en").rows] == ["–"] * len(found.rows())


def test_where_all_spend_the_same_the_mean_order_stands_in() -> None:
    lines = [f"O0 O{(3 + k % 9) * DAY} O{(20 + k) * DAY}" for k in range(40)] + ["O0"] * 40
    columns = given(*lines, names=LETTERS, until=90 * DAY, revenue_minor=[990.0] * 160)
    found = Journeys(columns, currency="EUR").clv(top=0)
    assert "spend the same" in found.currencies[0].money.tell("en")
    assert found.get().value_minor == pytest.approx(found.get().orders * 990)


def test_strangers_are_left_out(some: Journeys) -> None:
    assert 2 not in some.clv(top=0).everyone()["customer"].to_pylist()
