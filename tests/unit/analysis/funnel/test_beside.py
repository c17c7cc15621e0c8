"""What a funnel tells beside its steps: groups, money, the trend, what comes next, sessions, held values, mistakes."""

from __future__ import annotations

import pytest

from given import given
from periplo.analysis import FunnelResult, Journeys
from periplo.analysis.funnel.difference import difference, wilson
from periplo.errors import BadPredicate, PeriploError, UnknownName, UsageError
from periplo.language import tell


def counts(found: FunnelResult) -> list[int]:
    return [step.customers for step in found.steps]


def groups(found: FunnelResult) -> dict[str, list[int]]:
    return {group.value: [step.customers for step in group.steps] for group in found.groups}


DEVICES = given("A0 B1", "A0 B1", "A0", "A0", device=["x", "y", "y", "y", "x", None])


@pytest.mark.parametrize(
    ("touch", "expected"),
    [
        ("first", {"x": [2, 1], "y": [1, 1], "unknown": [1, 0]}),
        ("last", {"y": [2, 2], "x": [1, 0], "unknown": [1, 0]}),
        ("step 2", {"y": [2, 2], "unknown": [2, 0]}),
        ("1", {"x": [2, 1], "y": [1, 1], "unknown": [1, 0]}),
        ("all", {"several values": [1, 1], "y": [1, 1], "x": [1, 0], "unknown": [1, 0]}),
    ],
)
def test_the_step_that_tells_the_group(touch: str, expected: dict[str, list[int]]) -> None:
    found = Journeys(DEVICES).funnel("A", "B", within="9s", by="device", by_touch=touch)
    assert groups(found) == expected
    for value, (first, second) in expected.items():
        assert len(found.behind(f"funnel/1/customers/{value}")) == first
        assert len(found.behind(f"funnel/2/customers/{value}")) == second


def test_small_groups_are_added_up_as_other() -> None:
    found = Journeys(given(*["A0"] * 30, page=[f"p{n:02}" for n in range(30)])).funnel("A", by="page")
    assert len(found.groups) == 21
    assert groups(found)["other"] == [10]
    assert len(found.behind("funnel/1/customers/other")) == 10


def test_held_values_are_journeys_of_their_own() -> None:
    columns = given("A0 A1 B2 C3", product=["p", "q", "p", "q"])
    assert counts(Journeys(columns).funnel("A", "B", "C")) == [1, 1, 1]
    assert counts(Journeys(columns).funnel("A", "B", "C", hold=["product"])) == [1, 1, 0]
    assert counts(Journeys(columns).funnel("A", "C", hold=["product", "channel"])) == [1, 1]


def test_what_excludes_without_the_held_value_excludes_all() -> None:
    columns = given("A0 X1 B2", "A0 X1 B2", product=["p", None, "p", "p", "q", "p"])
    found = Journeys(columns).funnel("A", "B", hold=["product"], exclude=["X"])
    assert found.behind("funnel/2/customers").tolist() == [1]


def test_sessions_and_attempts_are_counted() -> None:
    journeys = Journeys(given("A0 B1 A4000 A4001 B4002@app", "A0 A10 B20 A30 B40"))
    assert counts(journeys.funnel("A", "B")) == [2, 2]
    assert counts(journeys.funnel("A", "B", unit="session")) == [3, 2]
    assert counts(journeys.funnel("A", "B", unit="attempt")) == [4, 4]
    assert counts(journeys.funnel("A", "B", unit="attempt", within="10s", start="every")) == [4, 3]
    found = journeys.funnel("A", "B", unit="attempt")
    assert found.behind("funnel/1/customers").tolist() == [0, 1]
    assert found.to_dict()["unit"] == "attempt"


def test_a_session_is_open_while_it_may_go_on() -> None:
    columns = given("A0", "A5000", until=6000)
    steps = Journeys(columns).funnel("A", "A", unit="session").steps
    assert (steps[0].still_open, steps[0].dropped) == (1, 1)


def test_money_per_currency() -> None:
    names = {"A": "Product Viewed", "O": "Order Completed"}
    columns = given(
        "A0 O1 O2", "A0 O1", "A0 O1", "O1", names=names,
        revenue_minor=[None, 100, 50, None, 300, None, None, 900],
        currency=[None, "EUR", "EUR", None, "USD", None, None, "EUR"],
    )  # fmt: skip
    journeys = Journeys(columns, currency="EUR")
    found = journeys.funnel("Product Viewed", "Order Completed", money="last")
    assert {m.currency: (m.orders, m.revenue_minor, m.mean_minor, m.unknown) for m in found.money} == {
        "EUR": (1, 100, 100, 1),
        "USD": (1, 300, 300, 0),
    }
    assert found.behind("funnel/money/USD").tolist() == [1]
    twice = journeys.funnel("Product Viewed", "Order Completed", "Order Completed", money="attempt")
    assert [(m.currency, m.orders, m.revenue_minor) for m in twice.money] == [("EUR", 2, 150)]


def test_the_trend_by_the_first_step() -> None:
    day = 86_400
    columns = given("A10 B20", "A30", f"A{day} B{day + 5}", f"A{2 * day}", until=2 * day + 50)
    found = Journeys(columns).funnel("A", "B", within="1h", trend="day")
    assert [(p.period, p.entered, p.converted, p.complete) for p in found.trend] == [
        ("1970-01-01", 2, 1, True),
        ("1970-01-02", 1, 1, False),
        ("1970-01-03", 1, 0, False),
    ]
    assert found.behind("funnel/trend/1970-01-01/entered").tolist() == [0, 1]
    assert found.behind("funnel/trend/1970-01-01/converted").tolist() == [0]
    assert len(found.charts("es")) == 2


def test_where_the_dropped_went_next() -> None:
    columns = given("A0 X1 Y2", "A0 X3", "A0 Y2", "A0", "A0 B1", until=100)
    found = Journeys(columns).funnel("A", "B", within="50s", next="events")
    first = found.steps[0]
    assert first.dropped == 4 == sum(count.n for count in first.next)
    assert {count.name: count.n for count in first.next} == {"X": 2, "Y": 1, "no further step": 1}
    assert found.behind("funnel/1/next/X").tolist() == [0, 1]
    assert found.behind("funnel/1/next/no further step").tolist() == [3]
    touched = Journeys(columns).funnel("A", "B", within="50s", next="touchpoints")
    assert sum(count.n for count in touched.steps[0].next) == 4
    (_, went), (_, went_touching) = found.charts("en"), touched.charts("es")
    assert went.title == "Where those went who dropped after “A”"
    assert [(bar.label, bar.value) for bar in went.bars] == [("X", 2), ("Y", 1), ("no further step", 1)]
    assert {"ningún paso más"} < {bar.label for bar in went_touching.bars}


def test_how_long_it_took_is_drawn() -> None:
    found = Journeys(given("A0 B5", "A0 B40", until=10**6)).funnel("A", "B", histogram=True)
    _, took = found.charts("en")
    assert [(bar.label, bar.value) for bar in took.bars if bar.value] == [("1.0 s – 10 s", 1), ("30 s – 1 min", 1)]


def test_optional_steps_are_on_the_way_between_two_others() -> None:
    found = Journeys(given("A0 B1 C2", "A0 C2", "A0 B1", "A0 C1 B2", until=10**7)).funnel("A", "B", "C", optional=["B"])
    assert [(s.customers, s.still_open, s.dropped, s.optional) for s in found.steps] == [
        (4, 0, 1, False),
        (1, 0, 0, True),
        (3, 0, 0, False),
    ]
    assert found.steps[2].rate_from_previous == 0.75
    assert found.behind("funnel/2/customers").tolist() == [0]
    assert "opcional" in found.explain("es")


def test_the_difference_of_two_groups() -> None:
    """Newcombe 1998, table II, example (a): 56/70 against 48/80 is .2, from .0524 to .3339."""
    found = difference(56, 70, 48, 80)
    assert found is not None
    assert (found.difference, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
    assert found.p_value == pytest.approx(0.0081, abs=2e-4)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1
    assert difference(1, 2, 0, 0) is None
    nobody = difference(0, 5, 0, 5)
    assert nobody is not None
    assert nobody.p_value is None


def test_groups_differ_from_the_rest_or_from_one() -> None:
    columns = given(*["A0 B1"] * 8, *["A0"] * 8, device=[*["x"] * 12, *["y"] * 4, *["x"] * 2, *["y"] * 6])
    rest = {g.value: g.difference for g in Journeys(columns).funnel("A", "B", by="device").groups}
    assert rest["x"].difference == -rest["y"].difference == 6 / 8 - 2 / 8
    one = {g.value: g.difference for g in Journeys(columns).funnel("A", "B", by="device", against="x").groups}
    assert one["x"] is None
    assert one["y"] == rest["y"]


def test_a_segment_is_the_same_as_its_customers_alone() -> None:
    journeys = Journeys(
        given("A0 B1 X2", "A0", "X1 A2 B3", "A4 B5", device=["x", "y", "x", "y", "x", "y", "x", "y", "x"])
    )
    inside = journeys.where({"did": "X"})
    alone = Journeys(inside.columns)
    for options in ({}, {"by": "device"}, {"start": "every", "unit": "attempt"}, {"next": "events"}):
        one, other = (each.funnel("A", "B", within="1s", **options).to_dict() for each in (inside, alone))
        assert "X" in one["evidence"].pop("only")["en"]
        assert other["evidence"].pop("only") == {}
        assert one == other
    assert inside.customers(inside.funnel("A", "B").behind("funnel/2/customers")) == ["0", "2"]


@pytest.mark.parametrize(
    ("steps", "options", "error", "says"),
    [
        ("", {}, UsageError, "1 to 32"),
        ("A" * 40, {}, UsageError, "there are 40"),
        ("AB", {"within": "0d"}, BadPredicate, "0d"),
        ("AB", {"within_step": "soon"}, BadPredicate, "soon"),
        ("AB", {"grace": "2"}, BadPredicate, "2"),
        ("AB", {"exclude": ["X between A and Z"]}, UnknownName, "Z"),
        ("AB", {"exclude": ["X between 2 and 1"]}, UsageError, "before"),
        ("AAB", {"exclude": ["X between A and B"]}, UsageError, "number"),
        ("AB", {"exclude": ["Nothing Such"]}, UnknownName, "Nothing Such"),
        ("A", {"exclude": ["X"]}, UsageError, "one step"),
        ("AB", {"hold": ["devise"]}, UnknownName, "device"),
        ("AB", {"hold": ["device", "a", "b", "c"]}, UsageError, "At most 3"),
        ("ABC", {"by": "device", "by_touch": "step 9"}, UsageError, "no step 9"),
        ("ABC", {"by": "device", "by_touch": "lst"}, UnknownName, "last"),
        ("ABC", {"by": "devise"}, UnknownName, "device"),
        ("ABC", {"optional": ["A"]}, UsageError, "first and the last"),
        ("ABC", {"optional": ["7"]}, UnknownName, "7"),
        ("ABC", {"optional": ["B"], "order": "strict"}, UsageError, "optional"),
        ("ABC", {"optional": ["B"], "exclude": ["X between A and B"]}, UsageError, "not optional"),
        ("AB", {"grace": "2s", "order": "any"}, UsageError, "grace"),
        ("AA", {"grace": "2s"}, UsageError, "two steps"),
        ("AB", {"within_step": "1h", "order": "any"}, UsageError, "within_step"),
        ("AB", {"exclude": ["X"], "order": "strict"}, UsageError, "strict"),
        ("ABC", {"exclude": ["X between A and B"], "order": "any"}, UsageError, "everywhere"),
        ("AB", {"against": "x"}, UsageError, "no groups"),
        ("AB", {"by": "device", "against": "z"}, UnknownName, "z"),
        ("AB", {"by": "segment", "against": "z"}, UsageError, "overlap"),
        ("AB", {"order": "orderd"}, UnknownName, "ordered"),
    ],
)
def test_misuse_is_said_clearly(steps: str, options: dict[str, object], error: type[PeriploError], says: str) -> None:
    columns = given("A0 B1 C2 X3", device=["x", "x", "x", "y"])
    with pytest.raises(error) as caught:
        Journeys(columns).funnel(*steps, **options)
    assert says in str(caught.value)
    assert tell(caught.value, "es")["what"]


def test_odd_data_have_honest_answers() -> None:
    instant = Journeys(given("C5 B5 A5 X5"))
    assert counts(instant.funnel("A", "B", "C")) == [1, 1, 1]
    assert counts(instant.funnel("A", "B", "C", order="strict")) == [1, 1, 1]
    assert counts(instant.funnel("A", "B", "C", exclude=["X"])) == [1, 1, 1]
    many = Journeys(given("A0 " + " ".join(f"B{n}" for n in range(1, 40))))
    assert counts(many.funnel("A", *["B"] * 31)) == [1] * 32
    nobody = Journeys(given("A0", strangers=[0])).funnel("A", by="channel", trend="day", money="last", next="events")
    assert (nobody.steps[0].customers, nobody.groups, nobody.time.median_s) == (0, [], None)
    assert nobody.shown("es").rows
