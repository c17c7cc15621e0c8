"""The cache: made again when missing, damaged or old; never in the way."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from periplo.workspace import Shop, cache
from support_events import event
from support_shop import contents


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path / "shop", create=True)
    shop.record([event(str(n), user_id=f"u{n % 5}", minute=n, page=f"/{n % 3}") for n in range(50)])
    shop.journeys().columns.properties.column("page")
    return shop


def folder_of(shop: Shop) -> Path:
    (found,) = (shop.path / "cache").glob("journeys-*")
    return found


def test_journeys_are_opened_from_the_cache(shop: Shop) -> None:
    before = folder_of(shop)
    columns = Shop.open(shop.path).journeys().columns
    assert columns.events == 50
    mapped: Any = columns.time_us.base
    assert isinstance(mapped.base, np.memmap)
    assert folder_of(shop) == before


def damage(name: str) -> object:
    def change(folder: Path) -> None:
        file = folder / name if (folder / name).exists() else folder_in(folder) / name
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 2])

    return change


def folder_in(cache_folder: Path) -> Path:
    return next(cache_folder.glob("journeys-*"))


def test_a_file_that_was_not_touched_is_not_read_to_be_believed(shop: Shop) -> None:
    """A shop of any size opens at once; one whose files were only copied, touched, is believed for its bytes."""
    file = folder_of(shop) / "time_us.npy"
    data, times = file.read_bytes(), file.stat()
    file.write_bytes(data[:-8] + bytes(8))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert cache.read(shop.path / "cache") is not None
    os.utime(file)
    assert cache.read(shop.path / "cache") is None
    file.write_bytes(data)
    assert cache.read(shop.path / "cache") is not None


def noise(name: str) -> object:
    """One byte of the last in a file is another, as after a bad sector: all lengths and kinds are right."""

    def change(folder: Path) -> None:
        for file in folder.rglob(name):
            data = file.read_bytes()
            file.write_bytes(data[:-40] + bytes([data[-40] ^ 0x5A]) + data[-39:])

    return change


def other_format(folder: Path) -> None:
    manifest = folder / "journeys.json"
    text = manifest.read_text().replace(f'"format":{cache.FORMAT}', '"format":1')
    assert '"format":1,' in text
    manifest.write_text(text)


def other_length(folder: Path) -> None:
    np.save(folder_in(folder) / "event.npy", np.zeros(3, np.uint16))


def other_kind(folder: Path) -> None:
    np.save(folder_in(folder) / "event.npy", np.zeros(50, np.int64))


@pytest.mark.parametrize(
    "break_it",
    [
        shutil.rmtree,
        damage("journeys.json"),
        damage("time_us.npy"),
        damage("offsets.npy"),
        noise("time_us.npy"),
        noise("event.npy"),
        noise("customer.npy"),
        noise("*.arrow"),
        other_format,
        other_length,
        other_kind,
        lambda folder: (folder_in(folder) / "seq.npy").unlink(),
        lambda folder: shutil.rmtree(folder_in(folder)),
        lambda folder: [file.write_bytes(b"ARROW") for file in (folder / "columns").iterdir()],
        lambda folder: [file.write_bytes(b"") for file in (folder / "columns").iterdir()],
    ],
)
def test_a_missing_or_damaged_cache_is_made_again(shop: Shop, break_it: object) -> None:
    before, page = contents(shop), shop.journeys().columns.properties.column("page")
    break_it(shop.path / "cache")  # type: ignore[operator]
    again = Shop.open(shop.path)
    assert contents(again) == before
    found = again.journeys().columns.properties.column("page")
    assert (found.codes == page.codes).all()  # type: ignore[union-attr]
    assert found.values == page.values  # type: ignore[union-attr]
    assert cache.read(shop.path / "cache") is not None


def test_old_files_go(shop: Shop) -> None:
    leftover = shop.path / "cache" / "journeys-3-killed"
    leftover.mkdir()
    fresh = shop.path / "cache" / "journeys-4-being-written"
    fresh.mkdir()
    os.utime(leftover, (time.time() - 7200,) * 2)
    shop.record([event(f"new{n}", user_id="u1", minute=n) for n in range(10)])
    shop.journeys()
    names = {folder.name.split("-")[1] for folder in (shop.path / "cache").glob("journeys-*")}
    assert names == {"4", "60"}


def test_few_new_events_do_not_write_the_whole_cache_again(shop: Shop) -> None:
    shop.record([event(f"many{n}", user_id=f"u{n % 7}", minute=n) for n in range(400)])
    shop.journeys()
    before = folder_of(shop)
    shop.record([event("one more", user_id="u1", minute=999)])
    assert shop.journeys().columns.events == 451
    assert folder_of(shop) == before
    assert Shop.open(shop.path).journeys().columns.events == 451


def test_a_cache_from_the_future_is_not_believed(shop: Shop) -> None:
    manifest = shop.path / "cache" / "journeys.json"
    manifest.write_text(manifest.read_text().replace('"seq":50', '"seq":5000'))
    assert Shop.open(shop.path).journeys().columns.events == 50
    found = cache.read(shop.path / "cache")
    assert found
    assert found.about.seq == 50


def test_an_empty_shop_has_empty_journeys(tmp_path: Path) -> None:
    shop = Shop.open(tmp_path / "empty", create=True)
    columns = shop.journeys().columns
    assert (columns.events, columns.customers, columns.properties.column("page")) == (0, 0, None)
    assert "page" in columns.properties.names()
    assert not (tmp_path / "empty" / "cache" / "journeys.json").exists()
