"""What a map says of journeys: numbers that add up, that rest on n, and that lead to their customers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis import Journeys
from periplo.analysis.question import ask
from periplo.errors import UnknownName
from periplo.journeys.columns import JourneyColumns
from periplo.journeys.kernels.stages import NO_STAGE
from periplo.maps import LaneReading, MapDefinition, MapReading, Words, behind, draw, read, stage_flow
from periplo.maps.money import Purse
from periplo.maps.passage import Passage, PassageQuestion
from periplo.maps.placing import onward, stage_codes
from periplo.predicates import parse
from periplo.vocabulary import taxonomy

DAY = 86_400
NAMES = {
    "A": "Ad Clicked",
    "V": "Product Viewed",
    "C": "Checkout Started",
    "O": "Order Completed",
    "X": "Order Cancelled",
    "R": "Product Reviewed",
    "S": "Email Sent",
}


def days(text: str) -> str:
    """``A0 O1.5`` with times in days."""
    return " ".join(f"{word[0]}{float(word[1:]) * DAY:.0f}" for word in text.split())


def shop() -> Journeys:
    """Five customers and a stranger; 100 days."""
    lines = ["A0 V1 C2 O3 X5", "V0 O1 O10 R12", "A0 V90", "A95", "O2 O3 O4 S99", "O1"]
    events = [word for line in lines for word in line.split()]
    revenue = [{"O": 5000.0, "X": 1500.0}.get(word[0]) for word in events]
    columns = given(
        *(days(line) for line in lines),
        names=NAMES,
        until=100 * DAY,
        strangers=[5],
        revenue_minor=revenue,
        category=["lamps" if word[0] == "V" else None for word in events],
    )
    return Journeys(columns, currency="EUR")


RETAIL = MapDefinition.load("retail")


def lane(reading: MapReading, name: str) -> LaneReading:
    return next(found for found in reading.lanes if found.id == name)


def values(reading: MapReading, name: str, stage: str) -> dict[str, float]:
    cell = next(cell for cell in lane(reading, name).cells if cell.stage == stage)
    return {item.label.en: item.value for item in cell.items}


def test_stages_of_a_shop() -> None:
    found = {stage.id: stage for stage in read(shop(), RETAIL).stages}
    assert {name: stage.entered for name, stage in found.items()} == {
        "awareness": 3,
        "consideration": 3,
        "purchase": 3,
        "service": 1,
        "loyalty": 2,
        "advocacy": 1,
    }
    assert found["awareness"].reached == {"consideration": 2}
    assert found["purchase"].reached == {"service": 1, "loyalty": 2}
    for stage in found.values():
        assert stage.entered == stage.went_on + stage.dropped + stage.still_open
        assert stage.id == "advocacy" or sum(stage.reached.values()) == stage.went_on


def test_a_shop_that_only_has_orders_is_purchase_service_and_loyalty() -> None:
    columns = given(days("O0 O5"), days("O0 X1"), days("O0"), names=NAMES, until=100 * DAY)
    entered = {stage.id: stage.entered for stage in read(Journeys(columns), RETAIL).stages}
    assert entered == {
        "awareness": 0, "consideration": 0, "purchase": 3, "service": 1, "loyalty": 1, "advocacy": 0
    }  # fmt: skip


def test_key_figures_per_stage() -> None:
    reading = read(shop(), RETAIL)
    purchase = values(reading, "metrics", "purchase")
    assert purchase["Orders"] == 3  # the stranger's order belongs to nobody
    assert purchase["Revenue"] == 15_000
    assert purchase["Average order value"] == 5_000
    assert values(reading, "metrics", "loyalty")["Orders"] == 3
    assert values(reading, "metrics", "service")["Given back"] == 1_500
    assert "Orders" not in values(reading, "metrics", "awareness")


def test_each_currency_is_summed_apart() -> None:
    columns = given("O1 O2", "O1", names=NAMES, revenue_minor=[100.0, 200.0, None], currency=["EUR", "GBP", None])
    reading = read(Journeys(columns, currency="EUR"), MapDefinition.parse("title: t\nstages: [{id: a, where: '*'}]\n"))
    money = [(item.what, item.value, item.n, item.currency) for item in lane(reading, "metrics").cells[0].items]
    assert [entry for entry in money if entry[0] != "conversion"] == [
        ("orders", 3, 3, ""),
        ("revenue", 100, 2, "EUR"),
        ("aov", 50, 2, "EUR"),
        ("revenue", 200, 1, "GBP"),
        ("aov", 200, 1, "GBP"),
    ]


def test_lists_add_up_with_all_others_in_one_row() -> None:
    line = " ".join(f"{name}{n}" for n, name in enumerate(["V"] * 5 + ["A"] * 4 + ["O", "O", "X", "R", "S"]))
    definition = MapDefinition.parse(
        "title: t\nstages: [{id: a, where: '*'}]\nlanes: [{id: actions, top: 2}, {id: channels, top: 2}]\n"
    )
    reading = read(Journeys(given(line, names=NAMES)), definition)
    items = lane(reading, "actions").cells[0].items
    assert [(item.label.en, item.value) for item in items] == [
        ("Product viewed", 5), ("Ad clicked", 4), ("4 others", 5)
    ]  # fmt: skip
    assert sum(item.value for item in items) == 14
    assert sum(item.share or 0 for item in items) == pytest.approx(1)
    assert [item.value for item in lane(reading, "channels").cells[0].items] == [14]
    assert [item.ref for item in items] == [
        "stage/a/action/Product Viewed", "stage/a/action/Ad Clicked", "stage/a/other/action/2"
    ]  # fmt: skip


def test_all_others_open_those_who_did_what_is_not_listed() -> None:
    definition = MapDefinition.parse("title: t\nstages: [{id: a, where: '*'}]\nlanes: [{id: actions, top: 1}]\n")
    journeys = Journeys(given("V0 V1 V2", "V0 A1", "A0 O1", "X0", names=NAMES))
    others = lane(read(journeys, definition), "actions").cells[0].items[-1]
    assert (others.what, others.value) == ("other", 4)
    assert list(behind(journeys, definition, others.ref)) == [1, 2, 3]


def test_the_evidence_opens_whom_it_counts() -> None:
    reading = read(shop(), RETAIL)
    assert len(behind(shop(), RETAIL, "evidence/customers")) == reading.evidence.customers == 5
    assert list(behind(shop(), RETAIL, "evidence/events")) == [0, 1, 2, 3, 4, 5]  # with the customer of one order
    fans = RETAIL.edit(("persona",), {"name": "Fans", "where": {"did": "Product Reviewed"}})
    assert list(behind(shop(), fans, "evidence/events")) == [1]


def test_every_number_leads_to_its_customers() -> None:
    journeys, reading = shop(), read(shop(), RETAIL)
    for stage in reading.stages:
        for what in ("customers", "entered", "went_on", "dropped", "still_open"):
            found = behind(journeys, RETAIL, f"stage/{stage.id}/{what}")
            assert len(found) == getattr(stage, what), (stage.id, what)
    for ref, item in {item.ref: item for x in reading.lanes for cell in x.cells for item in cell.items}.items():
        if item.unit != "mood":
            customers = behind(journeys, RETAIL, ref)
            assert bool(len(customers)) == bool(item.value)
            assert len(customers) <= max(item.n, item.value)
            assert np.all(np.diff(customers) > 0)
    assert list(behind(journeys, RETAIL, "stage/service/money/out")) == [0]
    assert list(behind(journeys, RETAIL, "stage/loyalty/money/in/EUR")) == [1, 4]
    assert list(behind(journeys, RETAIL, "stage/loyalty/money/in/USD")) == []


@pytest.mark.parametrize("ref", ["stage/nowhere/entered", "nonsense", "stage/nowhere/money/in", "stage/purchase/what"])
def test_a_number_the_map_has_not_is_refused(ref: str) -> None:
    with pytest.raises(UnknownName):
        behind(shop(), RETAIL, ref)


def test_a_persona_narrows_the_map_and_its_customers() -> None:
    fans = RETAIL.edit(("persona",), {"name": {"en": "Fans", "es": "Fieles"}, "where": {"did": "Product Reviewed"}})
    reading = read(shop(), fans)
    assert reading.persona == Words(en="Fans", es="Fieles")
    assert reading.evidence.customers == 1
    assert list(behind(shop(), fans, "stage/purchase/entered")) == [1]
    assert list(behind(shop(), fans, "stage/purchase/money/in")) == [1]
    flow = stage_flow(shop(), fans)
    assert flow.stage("purchase").entered == 1
    assert list(behind(shop(), fans, "stage/purchase/entered", flow)) == [1]


def test_hand_written_lanes_and_the_expected_curve() -> None:
    reading = read(shop(), RETAIL, simulated=True, filters=Words(en="Only web", es="Solo web"))
    assert lane(reading, "goals").cells[0].notes[0].es == "Coger ideas y ver si esta tienda es para mí."
    moods = [cell.items[0] for cell in lane(reading, "emotion").cells]
    assert [item.value for item in moods] == [0.6, 0.9, -0.4, -0.7, 0.8, 1.5]
    assert all(item.n == 0 for item in moods)
    assert reading.simulated
    assert reading.filters.es == "Solo web"
    assert ">Only web<" in draw(reading, "en", fonts=False)


def test_lanes_without_anything_to_show_are_not_drawn() -> None:
    definition = MapDefinition.parse("title: t\nstages: [{id: a, where: Order Completed}]\n")
    shown = [found.id for found in read(shop(), definition).lanes]
    assert "emotion" not in shown
    assert "content" not in shown
    assert "touchpoints" in shown


def test_content_names_what_was_looked_at() -> None:
    assert values(read(shop(), RETAIL), "content", "consideration") == {"lamps": 3}


def test_a_shop_without_events_has_a_map() -> None:
    reading = read(Journeys(made([], 0)), RETAIL)
    assert all(stage.entered == 0 for stage in reading.stages)
    assert "<svg" in draw(reading, "es")


def test_what_the_map_calls_a_stage_without_label() -> None:
    definition = MapDefinition.parse("title: t\nstages: [{id: loyalty, where: Order Completed}]\n")
    assert read(shop(), definition).stages[0].label == Words(en="Loyalty", es="Fidelización")


STAGES = tuple((name, parse(event)) for name, event in (("a", "A"), ("b", "B"), ("c", "C")))
JOURNEYS = st.lists(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=9), min_size=1, max_size=8)


def columns_of(lines: list[list[str]], strangers: list[int]) -> JourneyColumns:
    happened = [(who, event, float(n), "web") for who, line in enumerate(lines) for n, event in enumerate(line)]
    return made(happened, len(lines), strangers=strangers)


def reached_first(line: list[str], stage: int) -> int | None:
    """By hand: the first later stage after the first event of a stage."""
    order = ["ABC".find(event) for event in line]
    if stage not in order:
        return None
    return next((other for other in order[order.index(stage) :] if other > stage), None)


@settings(max_examples=150, deadline=None)
@for_all(JOURNEYS, st.sets(st.integers(0, 7)))
def test_who_reached_which_stage_equals_counting_by_hand(lines: list[list[str]], strangers: set[int]) -> None:
    columns = columns_of(lines, sorted(strangers))
    counts = onward(columns.offsets, stage_codes(columns, STAGES), len(STAGES))
    known = [line for who, line in enumerate(lines) if who not in strangers]
    for stage in range(2):
        expected = [reached_first(line, stage) for line in known]
        assert counts[stage].tolist() == [expected.count(other) for other in range(3)]
    assert counts[2].sum() == 0


@settings(max_examples=60, deadline=None)
@for_all(JOURNEYS, st.integers(2, 5))
def test_parts_of_whole_customers_add_up(lines: list[list[str]], threads: int) -> None:
    columns = columns_of(lines, [])
    purse = Purse(np.array([name == "B" for name in columns.event_names]), ("EUR",), "EUR")
    question = PassageQuestion(STAGES, purse, purse)
    whole: Passage = question.finish(question.map(columns))
    assert ask(columns, question, threads) == whole


def test_events_of_no_stage_and_of_strangers_are_placed_nowhere() -> None:
    columns = given("A0 D1", "A0", strangers=[1])
    assert stage_codes(columns, STAGES).tolist() == [0, NO_STAGE, NO_STAGE]


def test_the_purse_of_another_currency_than_the_usual_one() -> None:
    columns = given("O1 O2", names=NAMES, currency=["GBP", None], revenue_minor=[1.0, 2.0])
    purse = Purse.of(columns, taxonomy(), "GBP", "in")
    assert purse.currencies == ("GBP",)
    assert purse.summed(columns, np.zeros(2, np.uint8), 1)[1].tolist() == [[3.0]]
