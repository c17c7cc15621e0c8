"""Journeys that grow as events arrive and customers turn out to be one are those built at once from all events."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from periplo.events.model import Event
from periplo.journeys.columns import Coded
from periplo.workspace import Shop
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


@pytest.mark.parametrize("seed", range(3))
def test_growing_equals_building_at_once(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    events = arriving(random, 120)
    with Shop.open(tmp_path / "shop", create=True) as shop:
        for part in np.array_split(np.arange(len(events)), random.integers(2, 6)):
            shop.record([events[number] for number in part])
            grown = journeys_of(shop)
            if random.random() < 0.3:
                shop.archive()
        shutil.rmtree(shop.path / "cache")
    with Shop.open(tmp_path / "shop") as again:
        assert journeys_of(again) == grown


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
