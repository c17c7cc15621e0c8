"""What the archive holds stays in the log some days more; then it goes, and all that was promised of it still holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, rmtree
from typing import Any

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from periplo.cli.main import app
from periplo.collect import batch_of
from periplo.log import kept
from periplo.log.tables import event as event_table
from periplo.log.tables import moved, receipt, reject
from periplo.operation.ages import Ages
from periplo.workspace import Shop
from periplo.workspace.conflicts import conflicts
from periplo.workspace.letting_go import let_go
from searching import found_in
from support_collect import batch, track
from support_events import event

DAY_US = 24 * 3600 * 1_000_000


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    with Shop.open(folder) as opened:
        opened.sources.add("web")
        yield opened


def commit(shop: Shop, *messages: Any) -> list[int]:
    """Sends messages; answers which of them were there already."""
    received = batch_of(batch(*messages)).received(shop.sources.all()[0], 1, None)
    [repeated] = shop._stores.log.commit([received])
    return sorted(conflicts(shop._stores, received, repeated)) if repeated else []


def rows(shop: Shop) -> tuple[int, int]:
    """How many events and requests the log still has."""
    with shop._stores.log_database.reading() as connection:
        counts = (connection.scalar(select(func.count()).select_from(one)) for one in (event_table, receipt))
        events, requests = counts
        return events or 0, requests or 0


def later(shop: Shop, days: float) -> int:
    """Lets go of what is too old so many days after the newest was archived."""
    with shop._stores.log_database.reading() as connection:
        newest = connection.scalar(select(func.max(moved.c.moved_us))) or 0
    return let_go(shop._stores, Ages(lambda: newest + int(days * DAY_US), lambda: 0))


def ids(shop: Shop) -> list[str]:
    found = shop._stores.events(["event_id"], 0, 1 << 62).read_all().sort_by("seq")
    return found["event_id"].to_pylist()  # type: ignore[no-any-return]


def test_what_is_archived_stays_and_goes_by_its_age(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "DROPPED_AT_ONCE", 4)
    for first in (0, 10):
        commit(shop, *(track(first + n) for n in range(10)))
    shop.record([event("ours", minute=30)])
    assert shop.journeys().columns.events == 20
    assert shop.archive() == 21
    commit(shop, track(20))
    shop.journeys()
    assert (rows(shop), shop._stores.log.count(), later(shop, 6.9)) == ((22, 3), 1, 0)
    assert (later(shop, 7.1), rows(shop)) == (21, (1, 1))
    assert ids(shop) == [*(f"m{n}" for n in range(20)), "ours", "m20"]
    assert shop.journeys().columns.events == 21


def test_each_event_is_kept_once_for_ever_and_another_under_its_id_is_flagged(shop: Shop) -> None:
    commit(shop, track(1), track(2))
    shop.archive()
    shop.journeys()
    assert later(shop, 8) == 2
    for opened in (shop, Shop.open(shop.path)):
        assert commit(opened, track(1), track(2, properties={"product_id": "other"})) == [1]
    assert len(ids(shop)) == 2


def test_what_identity_has_not_read_stays(shop: Shop) -> None:
    commit(shop, track(1))
    shop.archive()
    assert (later(shop, 8), rows(shop)) == (0, (1, 1))
    shop.journeys()
    assert (later(shop, 8), rows(shop)) == (1, (0, 0))


def test_for_ever_and_not_at_all(shop: Shop) -> None:
    for days, left in (("forever", 1), (0, 0)):
        text = json.dumps(days)
        (shop.path / "periplo.toml").write_text(f"{_first_lines(shop)}[keep]\nlog_days = {text}\n")
        with Shop.open(shop.path) as opened:
            commit(opened, track(1))
            opened.archive()
            opened.journeys()
            later(opened, 100_000 if left else 0)
            assert rows(opened) == (left, left)


def _first_lines(shop: Shop) -> str:
    return (shop.path / "periplo.toml").read_text().partition("[keep]")[0]


def test_rows_that_went_in_go_and_those_that_wait_stay_and_are_mended(shop: Shop) -> None:
    order = {"order_id": "o1", "revenue": "much", "currency": "EUR"}
    commit(shop, track(1, event="Order Completed", properties=order), track(2, properties={"revenue": "much"}))
    shop.archive()
    one, _ = shop.quarantine.waiting_messages()
    shop.mend(one, changes={"properties.revenue": 12.5})
    assert shop.replay_quarantine(only=[one]).accepted == 1
    shop.archive()
    shop.journeys()
    with shop._stores.log_database.writing() as connection:
        connection.execute(update(reject).where(reject.c.replayed_us.is_not(None)).values(replayed_us=1))
    assert later(shop, 8) == 4, "three messages of the log, and the row"
    [waits] = shop.quarantine.list(replayed=None)
    shop.mend(waits.reject_id, changes={"properties.revenue": 3})
    assert shop.replay_quarantine().accepted == 1
    assert sorted(ids(shop)) == ["m1", "m2"]


def test_an_archive_that_was_put_back_is_filled_from_the_log(shop: Shop) -> None:
    commit(shop, track(1), track(2))
    shop.archive()
    copytree(shop.path / "lake", shop.path / "older")
    commit(shop, track(3))
    shop.record([event("ours", minute=9)])
    shop.archive()
    everything = ids(shop)
    rmtree(shop.path / "lake")
    (shop.path / "older").rename(shop.path / "lake")
    with Shop.open(shop.path) as opened:
        assert ids(opened) == everything
        assert commit(opened, track(3, properties={"product_id": "other"}), track(1)) == [0]
        assert opened.archive() == 2
        assert ids(opened) == everything
        assert all(finding.level != "error" for finding in opened.doctor())


def test_what_the_log_has_no_more_is_told(shop: Shop) -> None:
    commit(shop, track(1))
    shop.archive()
    copytree(shop.path / "lake", shop.path / "older")
    for number in (2, 3):
        commit(shop, track(number))
        shop.archive()
        shop.journeys()
        if number == 2:
            later(shop, 8)
    rmtree(shop.path / "lake")
    (shop.path / "older").rename(shop.path / "lake")
    with Shop.open(shop.path) as opened:
        assert ids(opened) == ["m1", "m3"]
        told = [finding for finding in opened.doctor() if finding.level == "error" and finding.part == "log"]
        assert "has no more" in told[0].tell("en")
        opened.archive()
        assert ids(opened) == ["m1", "m3"]


def test_an_erasure_reaches_what_is_kept(shop: Shop) -> None:
    commit(shop, track(1, userId="ana-9041", note="of ana.ruiz@example.com"), track(2, userId="bea"))
    shop.archive()
    shop.journeys()
    assert rows(shop) == (2, 1)
    shop.erase_person(shop.customer_number("ana-9041"))
    assert rows(shop) == (1, 0), "only the event that says so"
    assert ids(shop)[0] == "m2"
    assert not found_in(shop.path, ["ana-9041", "ana.ruiz@example.com"])


def test_it_is_told_how_far_the_log_goes_back(shop: Shop) -> None:
    assert shop.log_since() is None
    commit(shop, track(1))
    shop.archive()
    since = shop.log_since()
    assert since is not None
    assert since.year == 1970
    assert "The log goes back to 1970-01-01." in [finding.tell("en") for finding in shop.doctor()]
    report = CliRunner().invoke(app, ["sources", "report", str(shop.path)])
    assert "1970-01-01" in report.output


def test_a_file_gives_its_space_back_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.log.database._PAGES_AT_ONCE", 20)
    with Shop.open(tmp_path / "shop", create=True) as shop:
        noise = (f"{number:08x}" * 60 for number in range(1_000))
        shop.record([event(f"e{n}", minute=n, page=text) for n, text in enumerate(noise)])
        shop.archive()
        shop.journeys()
        before = pages(shop)
        assert later(shop, 8) == 1_000
        assert pages(shop) < before / 2


def pages(shop: Shop) -> int:
    with shop._stores.log_database.reading() as connection:
        return connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
