"""Live messages that were refused: mended by place or whole, read again, and never lost or doubled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from periplo.errors import UnknownName, UsageError
from periplo.log import Log
from periplo.workspace import Shop
from support_collect import Client, basic, batch, events, track
from support_events import event

pytestmark = pytest.mark.usefixtures("database")


def refused(shop: Shop, client: Client, *messages: Any, **more: Any) -> list[str]:
    """Sends messages of which some are wrong; answers the ids of those in quarantine."""
    client.post("/v1/batch", content=batch(*messages, **more), headers=basic(shop.sources.all()[0].write_key))
    return list(shop.quarantine.waiting_messages())


def test_a_mended_message_goes_in_as_it_would_have_then(shop: Shop, client: Client) -> None:
    shared = {"traits": {"email": "ana@example.com"}}
    sent = "2024-05-01T10:00:00Z"
    [one] = refused(shop, client, track(1, event=""), sentAt=sent, context=shared)
    before = shop.quarantine.show(one)
    mended = shop.mend(one, changes={"event": "Product Viewed", "properties.product_id": "p9", "properties.new.x": 1})
    assert (mended.raw, mended.mended_at is not None) == (before.raw, True)
    report = shop.replay_quarantine()
    assert (report.read, report.accepted, report.rejected, shop.quarantine.count()) == (1, 1, 0, 0)
    [event] = events(shop)
    assert (event["event_id"], event["product_id"], event["email"]) == ("m1", "p9", "ana@example.com")
    assert before.receipt
    assert event["received_at"].timestamp() * 1e6 == pytest.approx(before.receipt.received_us)
    assert event["sent_at"].isoformat() == "2024-05-01T10:00:00+00:00"
    assert shop.replay_quarantine(only=[one]).read == 0


def test_what_is_refused_again_stays_with_the_newest_reason(shop: Shop, client: Client) -> None:
    [one] = refused(shop, client, track(1, event="", timestamp="never"))
    original = shop.quarantine.show(one).raw
    assert shop.replay_quarantine().rejected == 1
    shop.mend(one, changes={"event": "Product Viewed"})
    assert shop.replay_quarantine().rejected == 1
    again = shop.quarantine.show(one)
    assert (again.rule, again.field, again.raw) == ("no_time", "timestamp", original)
    shop.mend(one, changes={"timestamp": None})
    assert shop.replay_quarantine().accepted == 1
    assert shop.quarantine.show(one).raw == original


def test_what_only_the_reader_finds_is_found_before_it_goes_in(shop: Shop, client: Client) -> None:
    order = track(1, event="Order Completed", properties={"order_id": "o1", "revenue": "much", "currency": "EUR"})
    refused(shop, client, order)
    shop.archive()
    [one] = shop.quarantine.waiting_messages()
    assert shop.quarantine.show(one).stage == "read"
    shop.mend(one, changes={"properties.revenue": "more"})
    assert (shop.replay_quarantine().rejected, shop.quarantine.count()) == (1, 1)
    shop.mend(one, changes={"properties.revenue": 12.5})
    assert shop.replay_quarantine().accepted == 1
    assert [event["revenue_minor"] for event in events(shop)] == [1250]


def test_what_only_the_reader_finds_does_not_wait_for_the_archive(shop: Shop, client: Client) -> None:
    order = track(1, event="Order Completed", properties={"order_id": "o1", "revenue": "12,50 €", "currency": "EUR"})
    assert refused(shop, client, order, track(2)) == []
    assert shop.journeys().columns.events == 1
    [one] = shop.quarantine.waiting_messages()
    assert (shop.quarantine.show(one).stage, shop.quarantine.show(one).field) == ("read", "revenue")
    shop.mend(one, changes={"properties.revenue": 12.5})
    assert shop.replay_quarantine(only=[one]).accepted == 1
    assert shop.journeys().columns.events == 2
    with Shop.open(shop.path) as again:
        again.record([event("x", user_id="x")])
        assert (again.journeys().columns.events, again.quarantine.count()) == (3, 0)
    shop.archive()
    assert shop.quarantine.count() == 0


def test_a_conflict_goes_in_under_another_id(shop: Shop, client: Client) -> None:
    refused(shop, client, track(1))
    [one] = refused(shop, client, track(1, properties={"product_id": "other"}))
    assert (shop.replay_quarantine().rejected, shop.quarantine.count()) == (1, 1)
    shop.mend(one, changes={"messageId": "m1-b"})
    assert shop.replay_quarantine().accepted == 1
    assert [event["event_id"] for event in events(shop)] == ["m1", "m1-b"]


def test_a_body_that_was_no_batch(shop: Shop, client: Client) -> None:
    whole = batch(track(1), track(2, messageId=...))
    client.post("/v1/batch", content=whole[:-1], headers=basic(shop.sources.all()[0].write_key))
    [one] = shop.quarantine.waiting_messages()
    with pytest.raises(UsageError, match="no JSON"):
        shop.mend(one, changes={"batch": []})
    shop.mend(one, text=whole.decode())
    assert (shop.replay_quarantine().accepted, len(events(shop))) == (1, 2)


def test_a_crash_between_the_log_and_the_mark_doubles_nothing(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    [one] = refused(shop, client, track(1, event="", messageId=..., timestamp=...))
    shop.mend(one, changes={"event": "Product Viewed"})
    whole = Log.commit

    def cut(self: Log, *arguments: Any) -> Any:
        whole(self, *arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Log, "commit", cut)
        with pytest.raises(KeyboardInterrupt):
            shop.replay_quarantine()
    assert shop.quarantine.count() == 1
    report = shop.replay_quarantine()
    assert (report.duplicates, shop.quarantine.count(), len(events(shop))) == (1, 0, 1)


@pytest.mark.parametrize(
    ("changes", "problem"), [({"event.x.y": 1}, None), ({"properties.a.7": 1}, "no place"), ({"a.": 1}, None)]
)
def test_places_that_there_are_not(shop: Shop, client: Client, changes: Mapping[str, Any], problem: str | None) -> None:
    [one] = refused(shop, client, track(1, event="", properties={"a": [1, 2]}))
    if problem:
        with pytest.raises(UsageError, match=problem):
            shop.mend(one, changes=changes)
    else:
        assert shop.mend(one, changes=changes).mended


def test_a_row_of_a_table_is_mended_by_its_columns(shop: Shop, tmp_path: Any) -> None:
    file = tmp_path / "orders.csv"
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    file.write_text(f'{head}\n1,A,"B, b",6,2010-12-01 08:26:00,-2,7,Spain\n', "utf-8")
    shop.import_files([file], preset="order-lines")
    [row] = shop.quarantine.list()
    with pytest.raises(UnknownName, match="UnitPrice"):
        shop.mend(row.reject_id, changes={"UnitPrise": 2})
    assert shop.mend(row.reject_id, changes={"UnitPrice": 2}).mended == '1,A,"B, b",6,2010-12-01 08:26:00,2,7,Spain'
    assert shop.replay_quarantine().accepted == 1


def test_over_http(shop: Shop, client: Client) -> None:
    one, other = refused(shop, client, track(1, event=""), track(2, timestamp="never"))
    listed = client.get("/api/v1/quarantine", params={"rule": "no_event_name"}).json()
    assert (listed["total"], listed["rows"][0]["id"], listed["rows"][0]["path"]) == (1, one, "event")
    assert client.get("/api/v1/quarantine", params={"source": "nobody"}).json()["total"] == 0
    answer = client.post(f"/api/v1/quarantine/{one}/mend", json={"changes": {"event": "Product Viewed"}})
    assert json.loads(answer.json()["row"]["mended"])["event"] == "Product Viewed"
    assert client.post(f"/api/v1/quarantine/{one}/mend", json={}).status_code == 400
    assert client.get("/api/v1/quarantine/nothing").status_code in (400, 404)
    done = client.post("/api/v1/quarantine/replay", json={"ids": [one]}).json()
    assert done == {"read": 1, "accepted": 1, "duplicates": 0, "rejected": 0}
    assert client.get(f"/api/v1/quarantine/{other}").json()["row"]["replayed_at"] is None
    assert client.post("/api/v1/quarantine/replay", json={}).json()["rejected"] == 1


def test_an_erasure_finds_what_only_the_mended_text_or_the_shared_context_says(shop: Shop, client: Client) -> None:
    [one] = refused(shop, client, track(1, event=""), context={"traits": {"email": "ana@example.com"}})
    shop.mend(one, changes={"properties.email": "leo@example.com"})
    for mail in ("ana@example.com", "leo@example.com"):
        assert [row.reject_id for row in shop.quarantine.about(lambda text, mail=mail: mail in text)] == [one]
