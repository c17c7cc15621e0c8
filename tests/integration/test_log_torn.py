"""A log whose file was torn: what was committed before is there, or it is said that it is not; never something else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from periplo.collect import batch_of
from periplo.errors import DamagedShop
from periplo.workspace import Shop
from support_collect import batch, track

PAGE, WAL_HEADER, FRAME = 4096, 32, 24 + 4096
GROUPS, IN_GROUP = 12, 40
NOISE = random.Random(4)


def group(number: int) -> bytes:
    """The messages of a request, so many and so different that they fill pages also when they are packed."""
    first = number * IN_GROUP
    more = ({"noise": f"{NOISE.getrandbits(800):x}"} for _ in range(IN_GROUP))
    return batch(*(track(first + place, properties=noise) for place, noise in enumerate(more)))


def commit(shop: Shop, number: int) -> None:
    source = shop.sources.all()[0]
    shop._stores.log.commit([batch_of(group(number)).received(source, 0, None)])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that a process has open: its newest commits are in the write-ahead log alone."""
    with Shop.create(tmp_path_factory.mktemp("torn") / "shop") as shop:
        shop.sources.add("web")
        for number in range(GROUPS):
            commit(shop, number)
        shop.journeys()
        yield shop


def copied(shop: Shop, to: Path) -> Path:
    shutil.copytree(shop.path, to, ignore=shutil.ignore_patterns("*-shm"))
    return to


def ids(shop: Shop) -> list[str]:
    return shop._stores.log.read()["event_id"].to_pylist()  # type: ignore[no-any-return]


def test_what_was_committed_is_there_whatever_follows_it(running: Shop, tmp_path: Path) -> None:
    for number, tail in enumerate((b"\0" * FRAME, NOISE.randbytes(FRAME), NOISE.randbytes(FRAME // 2), b"\1")):
        folder = copied(running, tmp_path / str(number))
        with (folder / "log.db-wal").open("ab") as wal:
            wal.write(tail)
        with Shop.open(folder) as shop:
            assert ids(shop) == ids(running)


def test_a_write_ahead_log_that_ends_too_early_keeps_whole_commits(running: Shop, tmp_path: Path) -> None:
    size, found = (running.path / "log.db-wal").stat().st_size, set()
    for number, cut in enumerate(range(size, size // 2, -3 * FRAME - 1000)):
        folder = copied(running, tmp_path / str(number))
        with (folder / "log.db-wal").open("r+b") as wal:
            wal.truncate(cut)
        with Shop.open(folder) as shop:
            kept = ids(shop)
            assert (kept, len(kept) % IN_GROUP) == (ids(running)[: len(kept)], 0)
            found.add(len(kept))
    assert max(found) == GROUPS * IN_GROUP
    assert len(found) > 2


def test_what_comes_after_a_loss_has_places_of_its_own(running: Shop, tmp_path: Path) -> None:
    folder = copied(running, tmp_path / "shop")
    with (folder / "log.db-wal").open("r+b") as wal:
        wal.truncate((running.path / "log.db-wal").stat().st_size // 2)
    with Shop.open(folder) as shop:
        left = len(ids(shop))
        assert left < GROUPS * IN_GROUP == shop._stores.identity.cursor()
        commit(shop, GROUPS)
        assert shop.journeys().columns.events >= left + IN_GROUP, "nobody read what came after the loss"
        assert shop.archive() == left + IN_GROUP
        seqs = shop._stores.lake.now().scan(["seq"]).read_all()["seq"].to_pylist()
        assert sorted(seqs)[-IN_GROUP:] == list(range(GROUPS * IN_GROUP + 1, (GROUPS + 1) * IN_GROUP + 1))


@pytest.mark.parametrize("damage", ["noise", "zeros", "cut"])
def test_a_damaged_page_is_told_or_makes_no_difference(running: Shop, tmp_path: Path, damage: str) -> None:
    whole = copied(running, tmp_path / "whole")
    with Shop.open(whole) as shop:
        shop._stores.log_database.compact()
        expected = shop._stores.log.read()
    pages, told = (whole / "log.db").stat().st_size // PAGE, 0
    assert pages > 20
    for page in [pages - 1] if damage == "cut" else range(pages):
        with (whole / "log.db").open("rb") as file:
            content = bytearray(file.read())
        instead = {"noise": NOISE.randbytes(PAGE), "zeros": bytes(PAGE), "cut": b""}[damage]
        content[page * PAGE : (page + 1) * PAGE] = instead
        folder = tmp_path / f"{damage}-{page}"
        folder.mkdir()
        shutil.copy(whole / "periplo.toml", folder)
        shutil.copytree(whole / "lake", folder / "lake")
        (folder / "log.db").write_bytes(content)
        try:
            with Shop.open(folder, repair=False) as shop:
                assert shop._stores.log.read().equals(expected)
        except DamagedShop:
            told += 1
    assert told > (0 if damage == "cut" else pages // 2)
