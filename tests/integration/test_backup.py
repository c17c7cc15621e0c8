"""Backups: whole, checked, shared where nothing changed, reached by erasures; a restored shop answers the same."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

import small_shop
from periplo.access import Role
from periplo.errors import CannotWrite, DamagedShop, NotAShop, UsageError
from periplo.workspace import Settings, Shop, backups, restore
from postgres import database
from searching import found_in
from support_access import joined
from support_shop import contents, messy_messages, write_messages


def made(tmp_path: Path) -> Path:
    """A shop that has everything: an archive in two files, a tail, refused rows, people, own words and maps."""
    with Shop.create(tmp_path / "shop") as shop:
        shop.import_files([write_messages(tmp_path / "one.jsonl", messy_messages(3, 400))])
        shop.record(small_shop.events())
        shop.archive()
        shop.record([small_shop.order("2026-03-02 10:00", 9900, "web", "N-1", user_id="ana")])
        shop.sources.add("web")
        joined(shop.access, "owner@shop.example", Role.OWNER)
    (tmp_path / "shop" / "segments.yaml").write_text(
        "buyers: {label: Buyers, where: {did: Order Completed}}\n", "utf-8"
    )
    (tmp_path / "shop" / "maps").mkdir()
    (tmp_path / "shop" / "maps" / "note.txt").write_text("ours", "utf-8")
    return tmp_path / "shop"


def everything(folder: Path) -> dict[str, Any]:
    with Shop.open(folder) as shop:
        people = [(person.email, person.role) for person in shop.access.people.list()]
        keys = [source.write_key for source in shop.sources.all()]
        audit = [(entry.who, entry.action) for entry in shop.access.audit.list()]
        own = {name: (folder / name).read_bytes() for name in ("periplo.toml", "segments.yaml", "maps/note.txt")}
        return contents(shop) | {
            "people": people,
            "keys": keys,
            "audit": audit,
            "own": own,
            "segments": shop.segments(),
        }


def test_a_restored_shop_answers_the_same(tmp_path: Path) -> None:
    shop = made(tmp_path)
    before = everything(shop)
    with Shop.open(shop) as opened:
        backup = opened.back_up(tmp_path / "kept")
    restore(tmp_path / "kept", tmp_path / "again")
    assert everything(tmp_path / "again") == before
    with Shop.open(tmp_path / "again") as again:
        assert {finding.level for finding in again.doctor()} == {"ok"}
        assert {"disk", "backups"} <= {finding.part for finding in again.doctor()}
        assert again.record([small_shop.order("2026-03-03 10:00", 1, "web", "N-2", user_id="ana")]) == 1
        assert again.back_up(tmp_path / "kept").manifest.shop == backup.manifest.shop
    assert backups(tmp_path / "kept")[0] == backup


def test_what_did_not_change_is_shared_and_the_oldest_go(tmp_path: Path) -> None:
    shop = made(tmp_path)
    with Shop.open(shop) as opened:
        first, second = (opened.back_up(tmp_path / "kept") for _ in range(2))
        shared = [name for name in first.manifest.files if name.endswith(".parquet")]
        assert len(shared) >= 2
        assert all(os.path.samefile(first.folder / name, second.folder / name) for name in shared)
        assert not any(os.path.samefile(first.folder / name, shop / name) for name in shared)
        third = opened.back_up(tmp_path / "kept", keep=2)
    assert backups(tmp_path / "kept") == [second, third]
    assert not first.folder.exists()
    restore(tmp_path / "kept", tmp_path / "again", name=second.name)
    assert everything(tmp_path / "again") == everything(shop)


def test_events_go_on_while_a_backup_is_made_and_it_holds_those_from_before(tmp_path: Path) -> None:
    shop, ended, recorded = made(tmp_path), Event(), []

    def send() -> None:
        with Shop.open(shop) as other:
            while not ended.is_set():
                recorded.append(
                    other.record([small_shop.event("Page Viewed", "2026-04-01 10:00", page=f"/{len(recorded)}")])
                )

    with Shop.open(shop) as opened:
        sender = Thread(target=send)
        sender.start()
        made_now = [opened.back_up(tmp_path / "kept") for _ in range(3)]
        ended.set()
        sender.join()
    for backup in made_now:
        restore(tmp_path / "kept", tmp_path / backup.name, name=backup.name)
        with Shop.open(tmp_path / backup.name) as again:
            assert again._stores.log.settled() >= backup.manifest.seq - 1
            assert {finding.level for finding in again.doctor()} <= {"ok", "warning"}
            assert len(contents(again)["keys"]) == len(set(contents(again)["keys"]))


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    with Shop.open(made(tmp_path)) as opened:
        backup = opened.back_up(tmp_path / "kept")
    file = next(backup.folder / name for name in backup.manifest.files if name.endswith(".parquet"))
    whole = file.read_bytes()
    for broken in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1]):
        file.write_bytes(broken)
        with pytest.raises(DamagedShop, match="is not as it was written"):
            restore(tmp_path / "kept", tmp_path / "again")
    file.unlink()
    with pytest.raises(DamagedShop, match="is not there"):
        restore(tmp_path / "kept", tmp_path / "again")
    assert not [one for one in tmp_path.iterdir() if "again" in one.name]


def test_a_shop_that_is_there_is_replaced_only_when_told_so(tmp_path: Path) -> None:
    shop = made(tmp_path)
    with Shop.open(shop) as opened:
        opened.back_up(tmp_path / "kept")
        before = contents(opened)
        opened.record([small_shop.order("2026-03-04 10:00", 1, "web", "later", user_id="eva")])
    with pytest.raises(UsageError, match="already"):
        restore(tmp_path / "kept", shop)
    with Shop.open(shop) as opened:
        assert contents(opened) != before
    restore(tmp_path / "kept", shop, force=True)
    with Shop.open(shop) as opened:
        assert contents(opened) == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        restore(tmp_path / "kept", tmp_path / "full", force=True)
    with pytest.raises(NotAShop):
        restore(tmp_path / "kept", tmp_path / "x", name="no such")
    with pytest.raises(NotAShop):
        restore(tmp_path / "nowhere", tmp_path / "x")


def test_backups_of_two_shops_are_not_mixed(tmp_path: Path) -> None:
    with Shop.open(made(tmp_path)) as one, Shop.create(tmp_path / "other") as other:
        one.back_up(tmp_path / "kept")
        with pytest.raises(UsageError, match="another shop"):
            other.back_up(tmp_path / "kept", keep=1)
        assert len(backups(tmp_path / "kept")) == 1


def test_backups_do_not_lie_in_the_shop_that_they_would_go_with(tmp_path: Path) -> None:
    with Shop.create(tmp_path / "shop") as shop:
        for inside in (shop.path, shop.path / "backups"):
            with pytest.raises(UsageError, match="own folder"):
                shop.back_up(inside)
        shop.back_up(tmp_path / "kept")
    (tmp_path / "kept").rename(tmp_path / "shop" / "kept")
    with pytest.raises(UsageError, match="own folder"):
        restore(tmp_path / "shop" / "kept", tmp_path / "shop", force=True)
    assert len(backups(tmp_path / "shop" / "kept")) == 1


def test_who_is_erased_is_erased_in_all_backups(tmp_path: Path) -> None:
    shop = made(tmp_path)
    with Shop.open(shop) as opened:
        first, _ = (opened.back_up(tmp_path / "kept") for _ in range(2))
        shutil.move(tmp_path / "kept", tmp_path / "away")
        ana = opened.customer_number("ana@example.com")
        with pytest.raises(CannotWrite, match="cannot be reached"):
            opened.erase_person(ana)
        shutil.move(tmp_path / "away", tmp_path / "kept")
        assert found_in(tmp_path / "kept", ["ana@example.com"])
        assert len(opened.erase_person(ana)) == 3
    assert not found_in(tmp_path / "kept", ["ana@example.com"])
    assert not found_in(shop, ["ana@example.com"])
    restore(tmp_path / "kept", tmp_path / "again", name=first.name)
    with Shop.open(tmp_path / "again") as again:
        assert contents(again)["keys"]
        assert {finding.level for finding in again.doctor()} == {"ok"}


def test_targets_that_are_gone_can_be_forgotten(tmp_path: Path) -> None:
    with Shop.open(made(tmp_path)) as opened:
        opened.back_up(tmp_path / "kept")
        shutil.rmtree(tmp_path / "kept")
        opened.backup_targets.forget(tmp_path / "kept")
        assert len(opened.erase_person(opened.customer_number("ana@example.com"))) == 1


KILLED = "import sys; from periplo.workspace import Shop; Shop.open(sys.argv[1]).back_up(sys.argv[2])"


def test_a_killed_backup_does_not_look_whole(tmp_path: Path) -> None:
    shop, target = made(tmp_path), tmp_path / "kept"
    with Shop.open(shop) as opened:
        opened.back_up(target)
        before = backups(target)
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(shop), str(target)])
        until = time.monotonic() + 60
        while not list(target.glob(".making-*/*.db")) and process.poll() is None and time.monotonic() < until:
            pass
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        assert backups(target) == before
        assert list(target.glob(".making-*"))
        opened.back_up(target)
    assert len(backups(target)) == 2
    assert not list(target.glob(".making-*"))


FULL = """
import resource, signal, sys
from periplo.workspace import Shop, backups
from periplo.errors import CannotWrite
shop = Shop.open(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    shop.back_up(sys.argv[2])
except CannotWrite as error:
    print(error)
"""


@pytest.mark.parametrize("room", [40_000, 150_000])
def test_a_disk_that_is_full_is_said_and_what_was_there_stays(tmp_path: Path, room: int) -> None:
    """No file may grow beyond so many bytes: first not that of a database, then not that of the archive."""
    shop, target = made(tmp_path), tmp_path / "kept"
    with Shop.open(shop) as opened:
        opened.back_up(target)
        (shop / "vocabulary").mkdir()
        (shop / "vocabulary" / "large.txt").write_bytes(b"x" * 200_000)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(shop), str(target), str(room)], capture_output=True, text=True, check=False
    )
    assert "could not be" in done.stdout, done.stderr
    assert len(backups(target)) == 1
    assert not list(target.glob(".making-*"))
    with Shop.open(shop) as opened:
        opened.back_up(target)


def test_a_shop_moves_between_sqlite_and_postgresql_by_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = made(tmp_path)
    before = everything(shop)
    with Shop.open(shop) as opened:
        opened.back_up(tmp_path / "kept")
    url = database()
    monkeypatch.setenv("PERIPLO_DATABASE", url)
    restore(tmp_path / "kept", tmp_path / "moved")
    assert not list((tmp_path / "moved").glob("*.db"))
    assert everything(tmp_path / "moved") == before
    with pytest.raises(UsageError, match="holds a shop already"):
        restore(tmp_path / "kept", tmp_path / "twice")
    with Shop.open(tmp_path / "moved") as moved:
        moved.record([small_shop.order("2026-03-04 10:00", 1, "web", "later", user_id="eva")])
        joined(moved.access, "second@shop.example", Role.VIEWER)
        moved.back_up(tmp_path / "from-postgres")
    later = everything(tmp_path / "moved")
    restore(tmp_path / "kept", tmp_path / "moved", force=True)
    assert everything(tmp_path / "moved") == before
    monkeypatch.delenv("PERIPLO_DATABASE")
    restore(tmp_path / "from-postgres", tmp_path / "back")
    assert everything(tmp_path / "back") == later
    assert Settings.read(tmp_path / "back" / "periplo.toml", "x").database == ""
