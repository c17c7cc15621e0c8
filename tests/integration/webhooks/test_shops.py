"""Shopify and WooCommerce: what their webhooks become, in the shapes they document; each order and refund once."""

from __future__ import annotations

from typing import Any

import pytest

from periplo.workspace import Shop
from support_collect import Client, events, verdicts
from support_webhooks import shopify, woo

ORDER: dict[str, Any] = {
    "id": 820982911946154508,
    "name": "#1001",
    "test": False,
    "created_at": "2026-11-20T10:00:00+01:00",
    "processed_at": "2026-11-20T10:00:00+01:00",
    "updated_at": "2026-11-20T10:05:00+01:00",
    "cancelled_at": None,
    "cart_token": "cart-1",
    "checkout_token": "check-1",
    "currency": "EUR",
    "financial_status": "paid",
    "source_name": "web",
    "total_price": "59.97",
    "total_tax": "10.41",
    "total_discounts": "5.00",
    "landing_site": "/?utm_source=news&utm_medium=email&utm_campaign=autumn",
    "email": "Ana@Example.com",
    "phone": None,
    "customer": {"id": 115310627314723954, "email": "ana@example.com", "phone": None},
    "billing_address": {"phone": "600 111 222", "country_code": "ES"},
    "discount_codes": [{"code": "AUTUMN", "amount": "5.00", "type": "fixed_amount"}],
    "line_items": [
        {"product_id": 788032119674292922, "sku": "KET-1", "title": "Kettle", "price": "29.99", "quantity": 2}
    ],
    "refunds": [],
}
REFUND: dict[str, Any] = {
    "id": 929361463,
    "order_id": ORDER["id"],
    "created_at": "2026-11-22T09:00:00+01:00",
    "note": "broken",
    "transactions": [
        {"kind": "refund", "status": "success", "amount": "29.99", "currency": "EUR"},
        {"kind": "refund", "status": "failure", "amount": "29.99", "currency": "EUR"},
    ],
    "refund_line_items": [{"quantity": 1, "line_item": ORDER["line_items"][0]}],
}
WOO: dict[str, Any] = {
    "id": 727,
    "number": "727",
    "status": "processing",
    "currency": "EUR",
    "date_created": "2026-11-20T10:00:00",
    "date_created_gmt": "2026-11-20T09:00:00",
    "date_modified_gmt": "2026-11-20T09:01:00",
    "date_paid_gmt": "2026-11-20T09:00:30",
    "total": "29.35",
    "total_tax": "1.35",
    "shipping_total": "10.00",
    "discount_total": "0.00",
    "customer_id": 0,
    "created_via": "checkout",
    "billing": {"email": "ana@example.com", "phone": "600111222", "country": "ES"},
    "line_items": [{"product_id": 93, "sku": "", "name": "Woo Single", "price": 3, "quantity": 2}],
    "refunds": [],
}


def test_an_order_of_shopify(shop: Shop, client: Client) -> None:
    assert verdicts(client.post(**shopify("orders/create", ORDER))) == ["accepted"]
    [order] = events(shop)
    told = {name: order[name] for name in ("source", "event", "order_id", "revenue_minor", "currency", "channel")}
    assert told == {
        "source": "shopify",
        "event": "Order Completed",
        "order_id": str(ORDER["id"]),
        "revenue_minor": 5997,
        "currency": "EUR",
        "channel": "web",
    }
    assert (order["user_id"], order["email"], order["phone"]) == (
        str(ORDER["customer"]["id"]),
        "ana@example.com",
        "+34600111222",
    )
    assert (order["campaign"], order["coupon"], order["cart_id"]) == ("autumn", "AUTUMN", "cart-1")
    assert order["occurred_at"].isoformat() == "2026-11-20T09:00:00+00:00"


@pytest.mark.parametrize("written", ["#1001", "1001", str(ORDER["id"])])
def test_an_order_is_found_by_the_number_that_people_know(shop: Shop, client: Client, written: str) -> None:
    client.post(**shopify("orders/create", ORDER))
    [found] = shop.search(written)
    assert (found.number, found.kind) == (shop.customer_number("ana@example.com"), "order")
    [again] = Shop.open(shop.path).search(written)
    assert again == found


def test_an_order_counts_once_however_many_webhooks_tell_of_it(shop: Shop, client: Client) -> None:
    later = ORDER | {"financial_status": "partially_refunded", "refunds": [REFUND]}
    sent = [
        *[shopify("orders/create", ORDER)] * 2,
        shopify("orders/paid", later),
        *[shopify("orders/updated", later)] * 2,
        shopify("refunds/create", REFUND),
    ]
    for one in sent:
        assert client.post(**one).status_code == 200
    assert sorted(event["event"] for event in events(shop)) == ["Order Completed", "Order Refunded", "Order Updated"]
    assert shop.quarantine.count() == 0
    [refund] = [event for event in events(shop) if event["event"] == "Order Refunded"]
    assert (refund["revenue_minor"], refund["order_id"]) == (2999, str(ORDER["id"]))


@pytest.mark.parametrize(("state", "given_back"), [("pending", 5997), ("paid", 0)])
def test_a_cancellation_gives_back_what_no_refund_will(shop: Shop, client: Client, state: str, given_back: int) -> None:
    gone = ORDER | {"cancelled_at": "2026-11-21T08:00:00Z", "financial_status": state, "cancel_reason": "customer"}
    assert verdicts(client.post(**shopify("orders/cancelled", gone))) == ["accepted"]
    [event] = events(shop)
    assert (event["event"], event["revenue_minor"]) == ("Order Cancelled", given_back)


def test_guests_of_shopify_and_the_till_are_one_customer_by_mail_and_phone(shop: Shop, client: Client) -> None:
    guest = ORDER | {"id": 1, "customer": None}
    till = ORDER | {"id": 2, "customer": None, "email": None, "phone": "+34 600 111 222", "source_name": "pos"}
    for one in (guest, till):
        client.post(**shopify("orders/create", one))
    assert [event["channel"] for event in events(shop)] == ["web", "store"]
    assert shop.customer_number("ana@example.com") == shop.customer_number("+34600111222")


def test_what_else_shopify_tells(shop: Shop, client: Client) -> None:
    customer = {
        "id": 7,
        "email": "leo@example.com",
        "first_name": "Leo",
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
        "email_marketing_consent": {"state": "subscribed"},
        "sms_marketing_consent": {"state": "not_subscribed"},
        "default_address": {"phone": "600333444", "country_code": "ES", "city": "Vigo"},
    }
    checkout = ORDER | {"token": "check-1", "created_at": "2026-11-20T09:50:00Z", "updated_at": "2026-11-20T09:55:00Z"}
    parcel = {
        "id": 255858046,
        "order_id": ORDER["id"],
        "status": "success",
        "created_at": "2026-11-21T10:00:00Z",
        "updated_at": "2026-11-23T10:00:00Z",
        "shipment_status": "delivered",
        "tracking_company": "Correos",
        "email": "ana@example.com",
        "line_items": ORDER["line_items"],
    }
    for topic, told in (
        ("customers/create", customer),
        ("checkouts/create", checkout),
        ("checkouts/update", checkout),
        ("fulfillments/create", parcel | {"shipment_status": None}),
        ("fulfillments/update", parcel),
        ("carts/update", {"token": "cart-1"}),
        ("orders/create", ORDER | {"id": 99, "test": True}),
    ):
        assert client.post(**shopify(topic, told)).status_code == 200
    assert [event["event"] for event in events(shop)] == [
        "Customer Identified",
        "Checkout Started",
        "Checkout Step Completed",
        "Order Shipped",
        "Order Delivered",
    ]
    assert shop.quarantine.count() == 0
    profile = shop.profile(shop.customer_number("leo@example.com"))
    assert [one.state for one in profile.consents if (one.purpose, one.channel) == ("marketing", "email")] == [
        "granted"
    ]


def consents(shop: Shop, who: str) -> dict[str, tuple[str, str]]:
    """By channel what somebody agreed to at last, and when."""
    told = shop.profile(shop.customer_number(who)).consents
    return {str(one.channel): (one.state, one.history[-1].at.isoformat()) for one in told if one.purpose == "marketing"}


def test_consent_that_shopify_tells(shop: Shop, client: Client) -> None:
    at, later = "2026-11-20T10:00:00Z", "2026-11-21T08:30:00Z"

    def customer(number: int, **more: Any) -> dict[str, Any]:
        return {"id": number, "email": f"c{number}@example.com", "created_at": at, "updated_at": at, **more}

    def consent(state: str, since: str = at) -> dict[str, Any]:
        level = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": since}
        return level | {"consent_collected_from": "SHOPIFY"}

    def changed(channel: str, number: int, state: str) -> dict[str, Any]:
        address = {"email_address": None} if channel == "email" else {"phone": None}
        return {"customer_id": number, **address, f"{channel}_marketing_consent": consent(state, later)}

    box = ORDER | {"buyer_accepts_marketing": True}
    unticked = ORDER | {"id": 2, "buyer_accepts_marketing": False, "processed_at": later}
    for topic, told in (
        ("customers/create", customer(1, email_marketing_consent=consent("subscribed"), sms_marketing_consent=None)),
        ("customers/create", customer(2, email_marketing_consent=consent("pending"))),
        ("customers/create", customer(3, email_marketing_consent=consent("not_subscribed"))),
        ("customers/create", customer(4, accepts_marketing=False)),
        ("customers_email_marketing_consent/update", changed("email", 1, "unsubscribed")),
        ("customers_marketing_consent/update", changed("sms", 1, "subscribed")),
        ("customers_marketing_consent/update", changed("sms", 2, "not_subscribed")),
        ("orders/create", box),
        ("orders/create", unticked),
    ):
        assert client.post(**shopify(topic, told)).status_code == 200
    assert shop.quarantine.count() == 0
    shop.journeys()
    since, until = "2026-11-20T10:00:00+00:00", "2026-11-21T08:30:00+00:00"
    assert consents(shop, "1") == {"email": ("denied", until), "sms": ("granted", until)}
    assert consents(shop, "2") == {"email": ("pending", since)}
    assert consents(shop, "3") == {}
    assert consents(shop, "4") == {"email": ("denied", since)}
    assert consents(shop, "ana@example.com") == {"email": ("granted", "2026-11-20T09:00:00+00:00")}


def test_an_order_of_woocommerce_through_its_states(shop: Shop, client: Client) -> None:
    refunded = WOO | {
        "status": "refunded",
        "date_modified_gmt": "2026-11-22T09:00:00",
        "refunds": [{"id": 726, "reason": "broken", "total": "-10.00"}, {"id": 728, "reason": "", "total": "2.5"}],
    }
    waits = WOO | {"status": "pending", "date_paid_gmt": None}
    assert verdicts(client.post(**woo("order.created", waits))) == []
    for told in (WOO, WOO | {"status": "completed"}, refunded, refunded):
        assert client.post(**woo("order.updated", told)).status_code == 200
    found = [(event["event"], event["revenue_minor"]) for event in events(shop) if event["event"] != "Order Updated"]
    assert found == [("Order Completed", 2935), ("Order Refunded", 1000), ("Order Refunded", 250)]
    assert shop.quarantine.count() == 0
    order = events(shop)[0]
    assert (order["user_id"], order["email"], order["phone"]) == (None, "ana@example.com", "+34600111222")
    assert order["occurred_at"].isoformat() == "2026-11-20T09:00:00+00:00"


def test_what_else_woocommerce_tells(shop: Shop, client: Client) -> None:
    customer = {
        "id": 25,
        "date_created_gmt": "2026-11-20T09:00:00",
        "email": "leo@example.com",
        "first_name": "Leo",
        "billing": {"phone": "600333444", "country": "ES"},
    }
    product = {"id": 93, "sku": "W1", "price": "3.00", "stock_quantity": 0, "stock_status": "outofstock"}
    product |= {"name": "Single", "date_modified_gmt": "2026-11-20T09:00:00"}
    for topic, told in (
        ("customer.created", customer),
        ("product.updated", product),
        ("order.created", WOO | {"id": 8, "status": "cancelled", "date_paid_gmt": None}),
        ("order.updated", WOO | {"id": 9, "status": "failed", "date_paid_gmt": None}),
        ("product.deleted", {"id": 93}),
    ):
        assert client.post(**woo(topic, told)).status_code == 200
    found = [(event["event"], event["revenue_minor"]) for event in events(shop)]
    assert found == [
        ("Customer Identified", None),
        ("Signed Up", None),
        ("Stock Adjusted", None),
        ("Order Cancelled", 2935),
        ("Payment Failed", None),
        ("Order Updated", None),
    ]
    assert shop.quarantine.count() == 0


def test_woocommerce_greets_a_new_webhook_without_a_signature(shop: Shop, client: Client) -> None:
    answer = client.post("/v1/webhooks/woo", content=b"webhook_id=15")
    assert (answer.status_code, answer.json()["verdicts"]) == (200, [])
    assert not events(shop)
