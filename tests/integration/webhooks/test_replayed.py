"""What a connector got and kept goes in once it can be read."""

from __future__ import annotations

from periplo.workspace import Shop
from support_collect import Client, events
from support_webhooks import ERP, erp, shopify

SALE = {"kind": "sale", "sale": {"number": "T1", "at": "never", "total": "3"}, "buyer": {"email": "ana@example.com"}}


def test_a_report_is_mended_and_read_by_its_connector(shop: Shop, client: Client) -> None:
    client.post(
        **shopify("orders/create", {"created_at": "2026-11-20T10:00:00Z", "total_price": "3", "currency": "EUR"})
    )
    [one] = shop.quarantine.waiting_messages()
    assert shop.replay_quarantine().rejected == 1
    shop.mend(one, changes={"id": 7})
    assert shop.replay_quarantine().accepted == 1
    assert [(event["event_id"], event["source"]) for event in events(shop)] == [("order:7:completed", "shopify")]


def test_a_better_mapping_reads_what_the_old_one_refused(shop: Shop, client: Client) -> None:
    client.post(**erp(SALE))
    assert shop.replay_quarantine().rejected == 1
    (shop.path / "erp.yaml").write_text(ERP.replace("time: sale.at", "time: {constant: 2026-11-20}"), "utf-8")
    assert (shop.replay_quarantine().accepted, shop.quarantine.count()) == (1, 0), [
        one.tell("en") for one in shop.quarantine.list()
    ]
