"""Every connector: forged requests leave only a count; unknown reports are kept with the reason, and answered 200."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from periplo.workspace import Shop
from support_collect import Client, events, verdicts
from support_webhooks import erp, mailgun, postmark, seal, sendgrid, ses, shopify, woo

SALE = {"kind": "sale", "sale": {"number": "T1", "at": "2026-11-20 10:00", "total": "12,50", "clerk": "Eva"}}
SALE |= {"buyer": {"email": "ana@example.com", "phone": "600111222"}}
OTHER = ec.derive_private_key(7, ec.SECP256R1())

FORGED = [
    shopify("orders/create", {"id": 1}, secret="guessed"),
    shopify("orders/create", {"id": 1}) | {"headers": {"X-Shopify-Topic": "orders/create"}},
    woo("order.created", {"id": 1}, secret="guessed"),
    sendgrid({"event": "open"}, key=OTHER),
    sendgrid({"event": "open"}) | {"headers": {}},
    mailgun({"event": "opened"}, secret="guessed"),
    {"url": "/v1/webhooks/mailgun", "content": b"nonsense"},
    postmark({"RecordType": "Open"}, secret="guessed"),
    ses({"eventType": "Open"}, secret=""),
    erp(SALE, secret="guessed"),
    {"url": "/v1/webhooks/signed", "json": SALE, "headers": {"X-Signature": seal(b"other")}},
    {"url": "/v1/webhooks/nobody", "json": SALE},
]


@pytest.mark.parametrize("request_", FORGED, ids=lambda one: one["url"].rpartition("/")[2])
def test_a_request_that_proves_nothing_leaves_only_a_count(
    shop: Shop, client: Client, request_: dict[str, Any]
) -> None:
    answer = client.post(**request_)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_genuine")
    assert not events(shop)
    assert shop.quarantine.count() == 0
    shop._stores.tallies.flush()
    name = request_["url"].rpartition("/")[2]
    counted = [(one.source, one.what, one.count) for one in shop._stores.tallies.since(datetime.now(UTC).date())]
    assert counted == ([] if name == "nobody" else [(name, "not_genuine", 1)])


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        (shopify("themes/publish", {"id": 1}), "unknown_topic"),
        (shopify("orders/create", {"name": "no id"}), "unreadable_webhook"),
        (shopify("orders/create", [1]), "unreadable_webhook"),
        (woo("coupon.created", {"id": 1}), "unknown_topic"),
        (sendgrid({"event": "teleported", "sg_event_id": "1"}), "unknown_topic"),
        (mailgun({"event": "teleported"}), "unknown_topic"),
        (postmark({"RecordType": "Teleported"}), "unknown_topic"),
        (ses({"eventType": "Teleported"}), "unknown_topic"),
        (erp(SALE | {"sale": {"number": "T1", "at": "never"}}), "unmapped"),
    ],
)
def test_what_becomes_no_event_is_kept_whole_and_the_sender_goes_on(
    shop: Shop, client: Client, request_: dict[str, Any], rule: str
) -> None:
    for _ in range(2):
        answer = client.post(**request_)
        assert (answer.status_code, verdicts(answer)) == (200, ["quarantined"])
    [kept] = shop.quarantine.list()
    assert (kept.stage, kept.rule, kept.file) == ("webhook", rule, request_["url"].rpartition("/")[2])
    assert kept.tell("es") != kept.tell("en")
    assert not events(shop)


def test_another_system_by_a_mapping(shop: Shop, client: Client) -> None:
    call = {"kind": "call", "sale": {"number": "T2", "at": "2026-11-20 11:00"}, "buyer": {"phone": "600 111 222"}}
    call["buyer"] = {"phone": "600 111 222", "newsletter": "no"}
    assert verdicts(client.post(**erp(SALE))) == ["accepted"]
    assert verdicts(client.post(**erp([SALE, call]))) == ["duplicate", "accepted"]
    order, ticket = events(shop)
    assert (order["event"], order["revenue_minor"], order["channel"]) == ("Order Completed", 1250, "phone")
    assert '"Eva"' in order["properties"]
    assert (ticket["event"], "consent" in (order["context"] or "")) == ("Ticket Opened", False)
    assert '"consent":{"marketing":"denied"}' in ticket["context"]
    assert shop.customer_number("ana@example.com") == shop.customer_number("+34600111222")


def test_a_mapped_sender_may_sign(client: Client) -> None:
    body = b'{"kind": "sale", "sale": {"number": "T9", "at": "2026-11-20 10:00", "total": "1"}}'
    for signature in (seal(body), "sha256=" + base64.b64decode(seal(body)).hex()):
        answer = client.post("/v1/webhooks/signed", content=body, headers={"X-Signature": signature})
        assert answer.status_code == 200


def test_a_clock_that_runs_ahead_is_not_believed(shop: Shop, client: Client) -> None:
    ahead = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    order = {"id": 5, "created_at": ahead, "total_price": "1.00", "currency": "USD"}
    client.post(**shopify("orders/create", order))
    [event] = events(shop)
    assert (event["clock_flag"], event["currency"]) == ("future", "USD")
    assert event["occurred_at"] == event["received_at"]


def test_the_secret_may_not_be_missing_from_the_environment(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WOO_SECRET")
    assert client.post(**woo("order.created", {"id": 1}, secret="")).status_code == 401
