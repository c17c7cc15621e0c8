"""The time a shop was watched goes from its first to its last event that says when it happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from periplo.journeys.columns import JourneyColumns
from periplo.workspace import Shop
from support_events import at, event
from support_shop import message, write_messages

CUSTOMERS = "First Name,Last Name,Email,Total Spent,Total Orders\nAna,Sanz,ana@shop.example,10.00,1\n"


def customers(folder: Path) -> Path:
    file = folder / "customers.csv"
    file.write_text(CUSTOMERS, "utf-8")
    return file


def window(shop: Shop) -> tuple[datetime, datetime]:
    columns: JourneyColumns = shop.journeys().columns
    ends = (columns.since_us, columns.until_us)
    return tuple(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us) for us in ends)  # type: ignore[return-value]


def test_a_list_of_customers_does_not_move_it(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.record([event("1", user_id="u1"), event("2", email="ana@shop.example", minute=5)])
        assert window(shop) == (at(0), at(5))
        shop.import_files([customers(tmp_path)], preset="shopify-customers")
        assert (window(shop), shop.journeys().columns.events) == ((at(0), at(5)), 3)
        shop.record([event("3", user_id="u1", minute=9)])
        assert window(shop) == (at(0), at(9))
    with Shop.open(tmp_path / "shop") as again:
        assert window(again) == (at(0), at(9))


def test_messages_without_any_time_do_not_move_it(tmp_path: Path) -> None:
    said = [message(0), {**message(3), "timestamp": None, "type": "identify", "userId": "u"}, message(2)]
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.import_files([write_messages(tmp_path / "m.jsonl", said)])
        assert (window(shop), shop.journeys().columns.events) == ((at(0), at(2)), 3)


def test_with_nothing_else_it_is_theirs_until_something_says_when(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.import_files([customers(tmp_path)], preset="shopify-customers")
        since, until = window(shop)
        assert since == until > at(0)
        shop.record([event("1", user_id="u1", minute=-60)])
        assert window(shop) == (at(-60), at(-60))
