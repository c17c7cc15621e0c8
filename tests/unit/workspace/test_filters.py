"""Filters narrow the journeys, and say so in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from periplo.errors import BadPredicate, UnknownName, UsageError
from periplo.workspace import Filters, Shop
from support_events import event


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path / "shop", create=True)
    day = 24 * 60
    shop.record(
        [
            event("1", user_id="buyer", channel="ads"),
            event("2", "Order Completed", user_id="buyer", minute=day, order_id="o1"),
            event("3", "Order Completed", user_id="buyer", minute=2 * day, order_id="o2"),
            event("4", user_id="visitor", device="mobile", minute=3 * day),
        ]
    )
    return shop


@pytest.mark.parametrize(
    ("filters", "events"),
    [
        (Filters(), 4),
        (Filters(since=date(2026, 1, 2)), 3),
        (Filters(until=date(2026, 1, 2)), 2),
        (Filters(since=date(2026, 1, 2), until=date(2026, 1, 3)), 2),
        (Filters(channel="ads"), 1),
        (Filters(segment="repeat_buyers"), 3),
        (Filters(segment="mobile"), 1),
        (Filters(segment="visitors"), 1),
        (Filters(segment="buyers", channel="ads"), 1),
        (Filters(segment="buyers", until=date(2026, 1, 1)), 0),
    ],
)
def test_what_remains(shop: Shop, filters: Filters, events: int) -> None:
    assert shop.journeys(filters).columns.events == events


def test_days_are_those_of_the_shop(tmp_path: Path) -> None:
    settings = tmp_path / "mine.toml"
    settings.write_text('time_zone = "Pacific/Auckland"\n', "utf-8")
    shop = Shop.create(tmp_path / "shop", settings_file=settings)
    shop.record([event("1", user_id="a", minute=10 * 60), event("2", user_id="a", minute=12 * 60)])
    assert shop.journeys(Filters(until=date(2026, 1, 1))).columns.events == 1


def test_names_that_do_not_exist(shop: Shop) -> None:
    with pytest.raises(UnknownName, match="“buyers”"):
        shop.journeys(Filters(segment="buyer"))
    with pytest.raises(UnknownName, match="ads"):
        shop.journeys(Filters(channel="radio")).columns  # noqa: B018
    with pytest.raises(UsageError):
        shop.journeys(Filters(since=date(2026, 2, 1), until=date(2026, 1, 1)))


def test_filters_in_words(shop: Shop) -> None:
    filters = Filters(date(2026, 1, 2), date(2026, 1, 31), "ads", "buyers")
    told = shop.read_map(filters=filters).filters
    assert told.tell("en") == "since 2 Jan 2026 · until 31 Jan 2026 · Ads · Buyers"
    assert told.tell("es") == "desde el 2 ene 2026 · hasta el 31 ene 2026 · Anuncios · Compradores"
    assert shop.read_map().filters.tell("en") == ""


def test_a_shop_has_segments_of_its_own(shop: Shop) -> None:
    before, ours = shop.version(), shop.segments()
    (shop.path / "segments.yaml").write_text(
        "loyal: {label: {en: Loyal, es: Fieles}, where: {segment: repeat_buyers}}\n"
        "mobile: {where: {did: {where: {device: tablet}}}}\n",
        "utf-8",
    )
    assert shop.version() != before
    assert shop.segments() == [*ours, "loyal"]
    assert (shop.segment_label("loyal", "es"), shop.segment_label("mobile", "en")) == ("Fieles", "mobile")
    assert shop.journeys(Filters(segment="loyal")).columns.customers == 1
    assert shop.journeys(Filters(segment="mobile")).columns.customers == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {where: {segment: later}}\nlater: {where: Order Completed}", "segments.yaml: a.where"),
        ("a: {when: Order Completed}", "segments.yaml: a cannot be read"),
        ("- a", "a list of names is expected"),
        ("a: {where: [}", "segments.yaml cannot be read"),
        ("a: {where: {did: Order Completed, at_most_least: 3}}", "at_most"),
    ],
)
def test_a_segment_that_cannot_be_read_is_told_with_its_place(shop: Shop, text: str, message: str) -> None:
    (shop.path / "segments.yaml").write_text(text, "utf-8")
    with pytest.raises(BadPredicate, match=message):
        shop.segments()
