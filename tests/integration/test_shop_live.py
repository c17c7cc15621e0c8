"""Live events: in the journeys at once, archived once, at the right customer whenever it is known who that is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from periplo.errors import ShopBusy
from periplo.workspace import Shop
from periplo.workspace.lock import Lock
from support import ROOT
from support_events import at, event
from support_shop import contents, message, write_messages


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def journey_of(shop: Shop, name: str) -> list[str]:
    """The events of a customer, in time order."""
    return shop.timeline(shop.customer_number(name))["event_id"].to_pylist()  # type: ignore[no-any-return]


def test_a_recorded_event_is_in_the_journeys_at_once(shop: Shop) -> None:
    before = shop.version()
    assert shop.journeys() is shop.journeys()
    shop.record([event("1", user_id="u1"), event("2", user_id="u1", minute=-5)])
    assert shop.version() != before
    assert journey_of(shop, "u1") == ["2", "1"]
    assert shop.journeys().columns.events == 2


def test_events_join_between_those_there_are(shop: Shop, tmp_path: Path) -> None:
    shop.import_files([write_messages(tmp_path / "m.jsonl", (message(n, anonymousId="a1") for n in range(0, 40, 2)))])
    assert shop.journeys().columns.events == 20
    shop.record([event(f"live{n}", anonymous_id="a1", minute=n) for n in range(1, 41, 2)])
    columns = shop.journeys().columns
    assert (columns.customers, columns.events) == (1, 40)
    assert (np.diff(columns.time_us) == 60_000_000).all()


def test_what_a_visitor_did_before_signing_in_moves_to_the_customer(shop: Shop) -> None:
    shop.record([event("web", anonymous_id="laptop"), event("app", anonymous_id="phone", minute=1)])
    assert shop.journeys().columns.customers == 2
    shop.record([event("in1", anonymous_id="laptop", user_id="u1", minute=2)])
    shop.record([event("in2", anonymous_id="phone", user_id="u1", minute=3)])
    assert journey_of(shop, "u1") == ["web", "app", "in1", "in2"]
    columns = shop.journeys().columns
    assert (columns.customers, columns.offsets.tolist()) == (1, [0, 4])


def test_a_receipt_becomes_a_persons_when_the_order_is_claimed(shop: Shop) -> None:
    shop.record([event("till", "Order Completed", order_id="77")])
    assert shop.journeys().columns.person.tolist() == [False]
    shop.record([event("mail", "Order Refunded", order_id="77", email="ana@shop.example", minute=9)])
    assert shop.journeys().columns.person.tolist() == [True]
    assert journey_of(shop, "ana@shop.example") == ["till", "mail"]


def test_an_old_number_leads_to_the_customer_of_today(shop: Shop) -> None:
    shop.record([event("a", anonymous_id="x"), event("b", user_id="u", minute=1)])
    old = shop.customer_number("u")
    shop.record([event("c", anonymous_id="x", user_id="u", minute=2)])
    assert shop.customer_number("u") != old
    assert shop.timeline(old)["event_id"].to_pylist() == ["a", "b", "c"]


def test_journeys_made_step_by_step_equal_those_made_at_once(shop: Shop, tmp_path: Path) -> None:
    chance = np.random.default_rng(4)
    events = [
        event(
            str(n),
            minute=float(chance.integers(0, 500)),
            anonymous_id=f"a{chance.integers(0, 40)}",
            user_id=f"u{chance.integers(0, 15)}" if chance.random() < 0.2 else None,
        )
        for n in range(600)
    ]
    for first in range(0, 600, 60):
        shop.record(events[first : first + 60])
        shop.journeys().columns.properties.column("user_id")
    at_once = Shop.open(tmp_path / "other", create=True)
    at_once.record(events)
    assert contents(shop) == contents(at_once)
    ours, theirs = shop.journeys().columns, at_once.journeys().columns
    for name in ("user_id", "anonymous_id"):
        assert texts(ours.properties.column(name)) == texts(theirs.properties.column(name))


def texts(column: object) -> list[str | None]:
    values = [*column.values, None]  # type: ignore[attr-defined]
    return [values[code] for code in column.codes]  # type: ignore[attr-defined]


def test_archiving_moves_events_and_changes_nothing(shop: Shop) -> None:
    shop.record([event(str(n), user_id=f"u{n % 3}", minute=n) for n in range(30)])
    before, version = contents(shop), shop.version()
    assert (shop.archive(), shop.archive()) == (30, 0)
    assert (contents(shop), shop.version()) == (before, version)
    assert shop.record([event("5", user_id="u1")]) == 0
    assert shop.record([event("new", user_id="u1", minute=99)]) == 1
    assert shop.journeys().columns.events == 31


def test_a_crash_while_archiving_doubles_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.record([event(str(n), user_id="u1", minute=n) for n in range(10)])
    before = contents(shop)

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(shop._stores.log, "trim", crash)
        with pytest.raises(KeyboardInterrupt):
            shop.archive()
    assert (contents(shop), shop._stores.count()) == (before, 10)
    shop.record([event("new", user_id="u1", minute=99)])
    assert shop.archive() == 1
    assert shop._stores.count() == 11
    assert shop._stores.log.count() == 0


def test_recording_while_archiving_and_reading_loses_nothing(shop: Shop) -> None:
    other = Shop.open(shop.path)

    def write() -> None:
        for n in range(40):
            other.record([event(f"{n}-{part}", user_id=f"u{part}", minute=n) for part in range(5)])

    writer = Thread(target=write)
    writer.start()
    seen = [0]
    while writer.is_alive():
        shop.archive()
        seen.append(shop.journeys().columns.events)
    assert seen == sorted(seen)
    assert shop.journeys().columns.events == 200


def test_another_process_sees_new_events(shop: Shop) -> None:
    shop.record([event("1", user_id="u1")])
    assert shop.journeys().columns.events == 1
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from periplo.workspace import Shop; from support_events import event\n"
        "Shop.open(sys.argv[1]).record([event('2', user_id='u1', minute=1)])"
    )
    subprocess.run([sys.executable, "-c", code, str(shop.path), str(ROOT / "tests")], check=True)
    assert journey_of(shop, "u1") == ["1", "2"]


def test_the_profile_of_a_customer(shop: Shop) -> None:
    shop.record(
        [
            event("1", anonymous_id="a1", channel="ads"),
            event(
                "2",
                "Customer Identified",
                type="identify",
                user_id="u1",
                anonymous_id="a1",
                minute=1,
                properties='{"first_name": "Ana", "city": "Soria"}',
            ),
            event("3", "Order Completed", user_id="u1", order_id="o1", revenue_minor=5000, currency="EUR", minute=2),
            event("4", "Order Refunded", user_id="u1", order_id="o1", revenue_minor=1000, currency="EUR", minute=3),
            event("5", "Customer Identified", type="identify", user_id="u1", properties='{"city": "Cádiz"}', minute=4),
        ]
    )
    profile = shop.profile(shop.customer_number("u1"))
    assert (profile.name, profile.person, profile.events, profile.orders) == ("u1", True, 5, 1)
    assert profile.identifiers == {"user_id": ["u1"], "anonymous_id": ["a1"]}
    assert profile.revenue_minor == {"EUR": 4000}
    assert profile.channels == {"web": 4, "ads": 1}
    assert profile.traits == {"first_name": "Ana", "city": "Cádiz"}
    assert (profile.first_seen, profile.last_seen) == (at(0), at(4))


def test_a_long_tail_is_archived_by_itself(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.recording.ARCHIVE_FROM", 10)
    for n in range(25):
        shop.record([event(str(n), user_id="u1", minute=n)])
    assert shop._stores.log.count() < 11
    assert journey_of(shop, "u1") == [str(n) for n in range(25)]
    with Lock(shop.path / ".lock").hold(0):
        shop.record([event(f"busy{n}", user_id="u1", minute=100 + n) for n in range(20)])
    assert shop.journeys().columns.events == 45


def test_a_timeline_too_long_to_name_every_event(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.workspace.stores.MOST_NAMED", 3)
    shop.record([event(f"{n}", user_id=f"u{n % 2}", minute=-n) for n in range(10)])
    shop.archive()
    shop.record([event("live", user_id="u1", minute=5)])
    assert journey_of(shop, "u1") == ["9", "7", "5", "3", "1", "live"]


def test_while_identity_is_busy_elsewhere_the_journeys_are_those_from_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("periplo.log.database.BUSY_SECONDS", 0.05)
    shop = Shop.open(tmp_path / "shop", create=True)
    shop.record([event("1", user_id="u1")])
    before = shop.journeys()
    shop.record([event("2", user_id="u1", minute=1)])
    with Shop.open(shop.path)._stores.state.writing():
        assert shop.journeys() is before
        with pytest.raises(ShopBusy):
            Shop.open(shop.path).journeys()
    assert shop.journeys().columns.events == 2
