"""The machine's clock is set forward and back, by hours and by years, while events come in and are archived, backups
are made and what is old is let go: nothing acknowledged is lost, nothing is there twice, nothing young goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clocks import Machine
from periplo.access.limits import Limits
from periplo.errors import TooManyTries
from periplo.log import ClockNotes
from periplo.operation.ages import Ages, Remembered, wall_us
from periplo.workspace import Shop, backups
from periplo.workspace.letting_go import let_go
from support_collect import ORIGIN, Client, basic, batch, track, verdicts
from support_shop import write_messages

JUMPS = [timedelta(hours=3), timedelta(hours=-26), timedelta(days=40), timedelta(days=-3700), timedelta(days=3650)]
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


@pytest.fixture
def machine(client: Client, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.fixture
def shop(tmp_path: Path, database: str) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        opened.sources.add("web", origins=[ORIGIN])
        yield opened


def send(client: Client, key: str, *messages: Any) -> list[str]:
    return verdicts(client.post("/v1/batch", content=batch(*messages), headers=basic(key)))


def test_what_is_acknowledged_is_there_once(shop: Shop, client: Client, key: str, machine: Machine) -> None:
    sent = [track(n, sentAt=None) for n in range(2 * len(JUMPS))]
    for number, jump in enumerate(JUMPS):
        assert send(client, key, *sent[2 * number : 2 * number + 2]) == ["accepted"] * 2
        machine.jump(jump)
        assert send(client, key, *sent[: 2 * number + 2]) == ["duplicate"] * (2 * number + 2)
        assert shop.journeys().columns.events == 2 * number + 2, "it is in the map"
        if number % 2:
            shop.archive()
    found = shop._stores.events(["event_id"], 0, 1 << 62).read_all().sort_by("seq").to_pydict()
    assert found["event_id"] == [one["messageId"] for one in sent]
    assert found["seq"] == list(range(1, len(sent) + 1))
    assert {finding.level for finding in shop.doctor()} <= {"ok", "warning"}
    with Shop.open(shop.path) as again:
        assert again.journeys().columns.events == len(sent)


def test_what_is_young_stays_in_the_log(shop: Shop, client: Client, key: str, machine: Machine) -> None:
    """Of what was archived a copy stays for seven days: of the time that passes, not of a clock that is set."""

    def archived(number: int) -> int:
        assert send(client, key, track(number)) == ["accepted"]
        shop.archive()
        shop.journeys()
        return let_go(shop._stores)

    assert archived(1) == 0
    machine.jump(timedelta(days=30))
    assert archived(2) == 0, "set forward, the clock makes nothing old"
    machine.jump(timedelta(days=-60))
    assert archived(3) == 0, "what a clock behind dated is not older than what came before"
    machine.jump(timedelta(days=3650))
    assert archived(4) == 0
    machine.jump(timedelta(days=-3620))
    assert archived(5) == 0
    now = wall_us()
    assert let_go(shop._stores, Ages(lambda: now + 6 * DAY_US, lambda: 0)) == 0
    assert let_go(shop._stores, Ages(lambda: now + 8 * DAY_US, lambda: 0)) == 5, (
        "a date far ahead keeps nothing for years"
    )


def test_ages_go_by_the_time_that_passed() -> None:
    wall, passed = [100 * DAY_US], [0]
    ages = Ages(lambda: wall[0], lambda: passed[0])

    def later(hours: int, ahead_days: int = 0) -> int:
        """How long ago, in hours, that was which the clock now calls seven days ago."""
        for _ in range(hours):
            wall[0] += HOUR_US
            passed[0] += HOUR_US
            ages.before(0)
        wall[0] += ahead_days * DAY_US
        return (ages.before(7 * DAY_US) - 100 * DAY_US) // HOUR_US

    assert later(5) == 5 - 7 * 24
    assert later(0, ahead_days=30) == 5 - 7 * 24
    assert later(6 * 24) == 5 - 24, "six days after it was set forward"
    assert later(2 * 24) == 5 + (30 + 1) * 24, "what was dated before is old by now, whatever the clock said"
    assert later(0, ahead_days=-30) == 5 + 24, "set back, it keeps more, not less"


def test_a_clock_that_was_set_forward_before_a_restart_makes_nothing_old(
    shop: Shop, client: Client, key: str, machine: Machine
) -> None:
    stores, passed_us = shop._stores, 0

    def restarted() -> Ages:
        return Ages(wall_us, lambda: passed_us, ClockNotes(stores.log_database))

    def archived(number: int) -> int:
        """How many events the log lets go, one more archived."""
        assert send(client, key, track(number)) == ["accepted"]
        shop.archive()
        shop.journeys()
        return let_go(stores, restarted())

    assert archived(0) == 0
    machine.jump(timedelta(days=3650))
    assert archived(1) == 0
    assert [let_go(stores, restarted()) for _ in range(8)] == [0] * 8, "however often it restarts"
    machine.jump(timedelta(days=-3650))
    assert archived(2) == 0, "what came in meanwhile is dated ten years ahead, and makes nothing old either"
    after = restarted()
    assert let_go(stores, after) == 0
    for _ in range(8 * 24):
        passed_us += HOUR_US
        machine.jump(timedelta(hours=1))
        after.before(0)
    assert let_go(stores, after) == 3, "eight days that passed make it old"


def test_a_stop_counts_as_a_day_at_most() -> None:
    notes, wall, began = Remembered(), 100 * DAY_US, 100 * DAY_US

    def restarted(hours: int, stopped_days: int = 0, ahead_days: int = 0) -> int:
        """What was dated so many hours after the beginning is seven days old, when a process has run for so long."""
        nonlocal wall
        wall += (stopped_days + ahead_days) * DAY_US
        passed = [5]
        ages = Ages(lambda: wall, lambda: passed[0], notes)
        ages.before(0)
        for _ in range(hours):
            wall += HOUR_US
            passed[0] += HOUR_US
            ages.before(0)
        return (ages.before(7 * DAY_US) - began) // HOUR_US + 7 * 24

    assert restarted(hours=10) == 10
    assert restarted(hours=2, ahead_days=3000) == 10 + 24 + 2
    assert restarted(hours=0) == restarted(hours=0) == 10 + 24 + 2, "the jump counts once"
    assert restarted(hours=1, ahead_days=-3000) == 10 + 2 + 1, "set right"
    assert restarted(hours=1, stopped_days=30) == 10 + 24 + 2 + 1 + 24 + 1, "a real stop too: it keeps more, not less"


@pytest.mark.parametrize("wrong", [timedelta(days=-3700), timedelta(days=3650)])
def test_an_erasure_by_a_wrong_clock_reaches_what_it_erased_and_no_more(
    shop: Shop, client: Client, key: str, machine: Machine, tmp_path: Path, wrong: timedelta
) -> None:
    when = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert send(client, key, track(1, userId="ana", timestamp=when)) == ["accepted"]
    shop.journeys()
    machine.jump(wrong)
    assert send(client, key, track(2, timestamp=None, sentAt=None)) == ["accepted"]
    shop.erase_person(shop.customer_number("ana"))
    machine.jump(-wrong)
    old = track(3, userId="ana", timestamp=when, sentAt=None)
    assert send(client, key, old) == ["dropped"]
    assert shop.import_files([write_messages(tmp_path / "old.jsonl", [old])]).erased == 1
    assert send(client, key, track(4, userId="ana", timestamp=None, sentAt=None)) == ["accepted"]


def test_the_newest_backup_is_the_one_made_last(shop: Shop, tmp_path: Path, machine: Machine) -> None:
    made = []
    for days in (400, -800, 1):
        machine.jump(timedelta(days=days))
        shop.back_up(tmp_path / "kept", keep=2)
        made.append(shop.back_up(tmp_path / "kept", keep=2).name)
    assert backups(tmp_path / "kept")[-1].name == made[-1]
    assert len(backups(tmp_path / "kept")) == 2


def test_limits_know_no_clock_that_can_be_set(machine: Machine) -> None:
    limits = Limits(burst=2, rate=0.001)
    limits.take("a")
    limits.take("a")
    for days in (400, -800):
        machine.jump(timedelta(days=days))
        with pytest.raises(TooManyTries) as early:
            limits.take("a")
        assert early.value.wait_s <= 1000


def test_a_visitor_without_cookies_keeps_a_name_for_a_day(shop: Shop, machine: Machine) -> None:
    stores = shop._stores
    first = stores.salts.of(stores.today())
    machine.jump(timedelta(days=2))
    assert stores.salts.of(stores.today()) != first
    machine.jump(timedelta(days=-2))
    assert stores.salts.of(stores.today()) != first, "what was destroyed does not come back"
    assert stores.salts.of(stores.today()) == stores.salts.of(stores.today())
