"""The tracking plan at work: off, warn and quarantine, by source; mended messages are held against it too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from periplo.errors import BadPlan
from periplo.server import create_app
from periplo.workspace import Shop
from periplo.workspace.planning import follow
from support_collect import Client, basic, batch, events, track, verdicts
from support_plan import planned

SENT = batch(track(1), track(2, properties={"product_id": "p", "price": "3"}), track(3, properties={}))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with planned(tmp_path) as opened:
        yield opened


def send(shop: Shop, client: Client, name: str, body: bytes = SENT) -> list[str]:
    key = next(one.write_key for one in shop.sources.all() if one.name == name)
    return verdicts(client.post("/v1/batch", content=body, headers=basic(key)))


def counted(shop: Shop) -> dict[tuple[str, str, str], int]:
    today = datetime.now(UTC).date()
    return {(one.source, one.what, one.where): one.count for one in shop._stores.tallies.since(today)}


def test_warn_takes_all_and_counts_each_once(shop: Shop, client: Client) -> None:
    assert send(shop, client, "web") == send(shop, client, "free") == ["accepted"] * 3
    for _ in range(2):
        follow(shop._stores)
    shop.archive()
    assert counted(shop) == {
        ("web", "plan:plan_type", "Product Viewed: properties.price"): 1,
        ("web", "plan:plan_lacks", "Product Viewed: properties.product_id"): 1,
    }
    assert (shop.quarantine.count(), shop.journeys().columns.events) == (0, 6)


def test_what_is_archived_was_counted_before(shop: Shop, client: Client) -> None:
    send(shop, client, "web")
    shop.archive()
    assert sum(counted(shop).values()) == 2


def test_quarantine_keeps_them_until_they_are_mended(shop: Shop, client: Client) -> None:
    assert send(shop, client, "strict") == ["accepted", "quarantined", "quarantined"]
    kept = {row.rule: row for row in shop.quarantine.list(stage="plan")}
    assert {(rule, row.field) for rule, row in kept.items()} == {
        ("plan_type", "properties.price"),
        ("plan_lacks", "properties.product_id"),
    }
    assert all(row.tell("es") != row.tell("en") for row in kept.values())
    assert (shop.replay_quarantine().rejected, shop.quarantine.count()) == (2, 2)
    shop.mend(kept["plan_type"].reject_id, changes={"properties.price": 3})
    assert (shop.replay_quarantine().accepted, shop.quarantine.count()) == (1, 1)
    assert [event["event_id"] for event in events(shop)] == ["m1", "m2"]


def test_a_plan_that_cannot_be_used_keeps_the_server_from_starting(shop: Shop) -> None:
    (shop.path / "plan").mkdir()
    (shop.path / "plan" / "own.yaml").write_text("events: 3", "utf-8")
    with pytest.raises(BadPlan):
        create_app(shop)
