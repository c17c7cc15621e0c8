"""Files into a shop: each event once, refused rows whole, all or nothing, one import at a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from periplo.errors import NotAShop, ShopBusy, UnreadableFile, WrongPreset
from periplo.workspace import Shop, recording
from periplo.workspace.lock import Lock
from support_shop import contents, message, messy_messages, write_messages


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", create=True) as opened:
        yield opened


def test_every_row_is_accounted_for(shop: Shop, tmp_path: Path) -> None:
    rows = [*(message(n) for n in range(100)), message(3), "{broken", message(100, userId="u1")]
    report = shop.import_files([write_messages(tmp_path / "m.jsonl", rows)])
    assert report.counts() == {
        "read": 103,
        "accepted": 101,
        "duplicates": 1,
        "rejected": 1,
        "erased": 0,
        "dropped": 0,
        "nameless": 0,
        "events": 101,
        "customers": 7,
    }
    assert report.preset == "segment"
    assert shop.journeys().columns.events == 101
    assert shop.quarantine.list()[0].raw == "{broken"


def test_the_same_file_again_adds_nothing(shop: Shop, tmp_path: Path) -> None:
    file = write_messages(tmp_path / "m.jsonl", messy_messages(1, 300))
    first = shop.import_files([file])
    before, version = contents(shop), shop.version()
    again = shop.import_files([file])
    assert (again.accepted, again.duplicates) == (0, first.accepted + first.duplicates)
    assert (again.read, again.rejected, again.events) == (first.read, first.rejected, first.events)
    assert (contents(shop), shop.version()) == (before, version)


def test_overlapping_files_add_only_what_is_new(shop: Shop, tmp_path: Path) -> None:
    shop.import_files([write_messages(tmp_path / "a.jsonl", (message(n) for n in range(60)))])
    report = shop.import_files([write_messages(tmp_path / "b.jsonl", (message(n) for n in range(40, 100)))])
    assert (report.accepted, report.duplicates, report.events) == (40, 20, 100)


def test_an_import_does_not_double_what_was_recorded_live(shop: Shop, tmp_path: Path) -> None:
    from periplo.events.model import from_batch
    from periplo.intake import open_intake

    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(10)))
    live = [one for batch in open_intake([file]).batches() for one in from_batch(batch.events)]
    assert shop.record(live[:4]) == 4
    report = shop.import_files([file])
    assert (report.accepted, report.duplicates, report.events) == (6, 4, 10)
    assert shop.record(live) == 0


def test_a_dry_run_touches_nothing(tmp_path: Path) -> None:
    file = write_messages(tmp_path / "m.jsonl", [message(1)])
    report = Shop.open(tmp_path / "shop", draft=True).import_files([file], dry_run=True)
    assert (report.preset, report.read) == ("segment", 0)
    assert not (tmp_path / "shop").exists()


def test_a_file_that_cannot_be_read_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    good = write_messages(tmp_path / "a.jsonl", [*(message(n) for n in range(20)), "{broken"])
    damaged = tmp_path / "b.parquet"
    damaged.write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(UnreadableFile):
        shop.import_files([good, damaged])
    with pytest.raises(WrongPreset):
        shop.import_files([good], preset="order-lines")
    assert (shop.journeys().columns.events, shop.quarantine.count()) == (0, 0)
    assert not (shop.path / "staging").exists()


def test_a_commit_that_fails_leaves_the_shop_as_it_was(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(20)))

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(shop._stores.lake, "append", full)
        with pytest.raises(OSError, match="no space"):
            shop.import_files([file])
    assert shop.journeys().columns.events == 0
    assert shop.import_files([file]).accepted == 20
    assert shop.journeys().columns.events == 20


def test_a_second_import_waits_for_its_turn(shop: Shop, tmp_path: Path) -> None:
    files = [
        write_messages(tmp_path / f"{part}.jsonl", (message(n) for n in range(part * 50, part * 50 + 100)))
        for part in range(4)
    ]
    threads = [Thread(target=Shop.open(shop.path).import_files, args=([file],)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.journeys().columns.events == 250


def test_a_second_import_says_so_when_it_waited_in_vain(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_messages(tmp_path / "m.jsonl", [message(1)])
    monkeypatch.setattr("periplo.workspace.importing.WAIT_S", 0.05)
    assert recording.WAIT_S > 10
    with Lock(shop.path / ".lock").hold(0), pytest.raises(ShopBusy, match="Another import"):
        shop.import_files([file])
    assert shop.import_files([file]).accepted == 1


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from periplo.workspace.lock import Lock\n"
        "with Lock(Path(sys.argv[1])).hold(0): print('taken', flush=True); time.sleep(600)"
    )
    lock = tmp_path / ".lock"
    with subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"taken\n"
        with pytest.raises(ShopBusy), Lock(lock).hold(0):
            pass
        holder.kill()
    with Lock(lock).hold(5):
        pass


def test_where_no_shop_is(tmp_path: Path) -> None:
    file = write_messages(tmp_path / "m.jsonl", [message(1)])
    with pytest.raises(NotAShop, match="no shop"):
        Shop.open(tmp_path / "nothing")
    with pytest.raises(NotAShop, match="This is a file"):
        Shop.open(file)
    with pytest.raises(NotAShop, match="not empty"):
        Shop.open(tmp_path, create=True)
    assert not Shop.exists(tmp_path)


def test_a_half_made_shop_is_finished(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "periplo.toml.0123").write_text("killed")
    Shop.open(tmp_path / "shop", create=True).close()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "periplo.toml").write_text('name = "Other"\n')
    assert Shop.open(tmp_path / "other").journeys().columns.events == 0


def test_a_shop_may_lie_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(10)))
    monkeypatch.chdir(tmp_path)
    with Shop.open("tienda ñ #1 100%?a=b's", create=True) as shop:
        monkeypatch.chdir(tmp_path.parent)
        assert shop.import_files([file]).accepted == 10
        assert shop.journeys().columns.properties.column("color") is not None
        assert [finding.level for finding in shop.doctor() if finding.level != "ok"] == []
