"""Journeys that grow as events arrive and customers turn out to be one are those built at once from all events."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from periplo.events.model import Event
from periplo.identity import identity
from periplo.journeys import out_of_memory
from periplo.journeys.columns import Coded
from periplo.operation import shelf
from periplo.workspace import Shop, journeying, rows
from support_events import event


def arriving(random: np.random.Generator, count: int) -> list[Event]:
    """Visitors of whom some turn out to be a known user, some of them the same; and now and then nobody."""
    made = []
    for number in range(count):
        user, device = random.integers(0, 5), random.integers(0, 12)
        known = random.random()
        made.append(
            event(
                f"e{number}",
                "Page Viewed" if random.random() < 0.7 else "Order Completed",
                user_id=f"u{user}" if known < 0.25 else None,
                anonymous_id=f"a{device}" if 0.1 < known < 0.95 else None,
                minute=int(random.integers(0, 500)),
                page=f"/{number % 4}" if number % 3 else None,
            )
        )
    return made


def journeys_of(shop: Shop) -> dict[str, list[tuple[int, str, str | None]]]:
    """Per customer's name the times, events and pages."""
    columns = shop.journeys().columns
    page = columns.properties.column("page")
    assert isinstance(page, Coded)
    pages = [[*page.values, None][code] for code in page.codes]
    rows = list(zip(columns.time_us.tolist(), [columns.event_names[e] for e in columns.event], pages, strict=True))
    names = shop.customer_names(columns.customer)
    bounds = zip(names, columns.offsets[:-1], columns.offsets[1:], strict=True)
    return {name: rows[begin:end] for name, begin, end in bounds}


@pytest.fixture(params=["in memory", "out of memory", "memory is spared", "nothing can be written"])
def far(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """How what is new is read: as little of it, or as what memory should not hold."""
    if request.param != "in memory":
        monkeypatch.setattr(journeying, "FAR", 0)
        monkeypatch.setattr(identity, "NEAR_PARTS", -1)
        monkeypatch.setattr(out_of_memory, "ROWS_AT_ONCE", 16)
        monkeypatch.setattr(rows, "ROWS_AT_ONCE", 10)
        monkeypatch.setattr(shelf, "_LARGE", 1)
    with shelf.sparing_memory() if request.param == "memory is spared" else nullcontext():
        yield str(request.param)


@pytest.mark.parametrize("seed", range(3))
def test_growing_equals_building_at_once(tmp_path: Path, seed: int, far: str, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(seed)
    events = arriving(random, 120)
    with Shop.open(tmp_path / "shop", create=True) as shop:
        if far == "nothing can be written":
            (shop.path / "cache").write_text("in the way of a folder")
        for part in np.array_split(np.arange(len(events)), random.integers(2, 6)):
            shop.record([events[number] for number in part])
            grown = journeys_of(shop)
            if random.random() < 0.3:
                shop.archive()
        _remove(shop.path / "cache")
    monkeypatch.undo()
    with Shop.open(tmp_path / "shop") as again:
        assert journeys_of(again) == grown


def _remove(place: Path) -> None:
    place.unlink() if place.is_file() else shutil.rmtree(place)


@pytest.mark.parametrize("seed", range(3))
def test_journeys_do_not_depend_on_the_parts_in_which_events_came(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    events = arriving(random, 80)
    found = []
    for parts in (1, 5):
        with Shop.open(tmp_path / f"{parts}", create=True) as shop:
            for part in np.array_split(np.arange(len(events)), parts):
                shop.record([events[number] for number in part])
                shop.journeys()
            found.append(journeys_of(shop))
    assert found[0] == found[1]
