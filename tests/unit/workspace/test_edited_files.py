"""Segments and maps are read once while nobody edits them, and never stale."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from periplo.errors import BadPredicate, UnknownName
from periplo.workspace import Shop
from periplo.workspace.stamps import JUST_NOW_NS, Stamps

MAP = "title: {title}\nstages: [{{id: a, where: Order Completed}}]\n"
SEGMENT = "loyal: {where: {did: Order Completed, at_least: %d}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop.create(tmp_path / "shop") as opened:
        yield opened


def own_map(shop: Shop, name: str, text: str) -> Path:
    file = shop.path / "maps" / f"{name}.journey.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_equal_contents_have_equal_stamps_and_others_not(tmp_path: Path) -> None:
    one, other, stamps = tmp_path / "one", tmp_path / "other", Stamps()
    one.write_text("a")
    other.write_text("a")
    assert stamps.of(one) == stamps.of(other) != ""
    other.write_text("b")
    assert stamps.of(one) != stamps.of(other)


def test_a_file_that_is_missing_or_no_file_has_none(tmp_path: Path) -> None:
    assert Stamps().of(tmp_path / "gone") == Stamps().of(tmp_path) == ""


def test_an_edit_that_no_clock_shows_is_seen(tmp_path: Path) -> None:
    file, stamps = tmp_path / "file", Stamps()
    file.write_text("a")
    first, then = stamps.of(file), file.stat()
    file.write_text("b")
    os.utime(file, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert stamps.of(file) != first


def test_an_old_file_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, stamps = tmp_path / "file", Stamps()
    file.write_text("a")
    later = time.time_ns() + 2 * JUST_NOW_NS
    monkeypatch.setattr("periplo.workspace.stamps.time.time_ns", lambda: later)
    first = stamps.of(file)
    reads: list[Path] = []
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read(path))
    assert stamps.of(file) == stamps.of(file) == stamps.of(file) == first
    assert reads == []
    file.write_text("a")
    assert stamps.of(file) == stamps.of(file) == first
    assert reads == [file]


def test_definitions_and_segments_are_the_same_objects_until_edited(shop: Shop) -> None:
    own_map(shop, "mine", MAP.format(title="One"))
    first = shop.map_definition("mine")
    assert shop.map_definition("mine") is first
    assert shop.map_definition() is shop.map_definition()
    own_map(shop, "other", MAP.format(title="Other"))
    assert shop.map_definition("mine") is first
    before = shop.version()
    own_map(shop, "mine", MAP.format(title="Two"))
    assert shop.map_definition("mine").journey.title == "Two"
    assert shop.version() != before


def test_a_map_by_its_path_is_never_stale(shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.yaml"
    for title in ("One", "Two"):
        file.write_text(MAP.format(title=title), "utf-8")
        assert shop.map_definition(str(file)).journey.title == title


def test_a_map_follows_the_segments_it_names(shop: Shop) -> None:
    (shop.path / "segments.yaml").write_text(SEGMENT % 2, "utf-8")
    own_map(shop, "mine", "title: t\npersona: {name: n, where: {segment: loyal}}\nstages: [{id: a, where: '*'}]\n")
    first = shop.map_definition("mine").persona
    (shop.path / "segments.yaml").write_text(SEGMENT % 3, "utf-8")
    assert shop.map_definition("mine").persona != first
    assert shop.journeys().segments["loyal"] == shop.map_definition("mine").known.segments["loyal"]


def test_a_default_that_appears_and_goes(shop: Shop) -> None:
    template = shop.map_definition()
    file = own_map(shop, "default", MAP.format(title="Ours"))
    assert shop.map_definition().journey.title == "Ours"
    file.unlink()
    assert shop.map_definition() is template
    with pytest.raises(UnknownName, match="retail"):
        shop.map_definition("default")


def test_a_broken_file_is_told_until_it_is_mended(shop: Shop) -> None:
    (shop.path / "segments.yaml").write_text("a: {where: [}", "utf-8")
    for _ in range(2):
        with pytest.raises(BadPredicate):
            shop.segments()
    (shop.path / "segments.yaml").write_text(SEGMENT % 2, "utf-8")
    assert "loyal" in shop.segments()
