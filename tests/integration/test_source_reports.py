"""How sources do: every number by hand, for the log and the archive alike, on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from periplo.workspace import Shop, SourceReport
from periplo.workspace.arriving import report
from support_collect import Client, basic, batch, track
from support_plan import planned

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with planned(tmp_path) as opened:
        yield opened


def send(shop: Shop, client: Client, name: str, *messages: object) -> None:
    key = next(one.write_key for one in shop.sources.all() if one.name == name)
    client.post("/v1/batch", content=batch(*messages), headers=basic(key))


def of(shop: Shop, name: str, now: datetime | None = None) -> SourceReport:
    return next(one for one in report(shop._stores, now) if one.name == name)


@pytest.mark.parametrize("archived", [False, True])
def test_every_number_of_a_source(shop: Shop, client: Client, archived: bool) -> None:
    now = datetime.now(UTC)
    for late_s in range(1, 101):
        ago = (now - timedelta(seconds=late_s)).isoformat()
        send(shop, client, "web", track(late_s, timestamp=ago))
    send(shop, client, "web", track(200, event="Product Vewed"), track(201, event="Zebra"), track(202, event=""))
    send(shop, client, "web", track(203, properties={}, timestamp=None))
    send(shop, client, "strict", track(1, properties={}))
    if archived:
        shop.archive()
    web = of(shop, "web")
    assert (web.today, web.week, web.total) == (103, 103, 103)
    assert web.last_seen
    assert abs((web.last_seen - now).total_seconds()) < 60
    assert web.late_p50_s == pytest.approx(51, abs=15)
    assert [(one.stage, one.rule, one.count) for one in web.waiting] == [("parse", "no_event_name", 1)]
    assert [(one.rule, one.where, one.count) for one in web.not_planned] == [
        ("plan_lacks", "Product Viewed: properties.product_id", 1)
    ]
    assert [(one.name, one.count, one.near.partition(",")[0]) for one in web.unknown] == [
        ("Product Vewed", 1, "“Product Viewed”"),
        ("Zebra", 1, ""),
    ]
    strict, free = of(shop, "strict"), of(shop, "free")
    assert [(one.stage, one.count) for one in strict.waiting] == [("plan", 1)]
    assert (free.total, free.last_seen, free.late_p50_s) == (0, None, None)


def test_what_is_over_is_over(shop: Shop, client: Client) -> None:
    send(shop, client, "web", track(1, event="Zebra"))
    later = of(shop, "web", datetime.now(UTC) + timedelta(days=8))
    assert (later.today, later.week, later.total, later.unknown, later.late_p50_s) == (0, 0, 1, [], None)


def test_over_http(shop: Shop, client: Client) -> None:
    send(shop, client, "web", track(1))
    told = client.get("/api/v1/sources").json()["sources"]
    assert {one["name"]: one["total"] for one in told} == {"web": 1, "strict": 0, "free": 0}
