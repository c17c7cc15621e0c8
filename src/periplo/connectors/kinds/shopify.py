"""Shopify: orders, refunds, customers, checkouts, fulfilments.

Orders are known by Shopify's number (``id``), which refunds and fulfilments name too. Each message has an id made of
what it is about, so that it counts once however many topics and retries bring it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind, nothing
from periplo.connectors.messages import Json, identify, inside, needed, rows, said, size, track
from periplo.connectors.proofs import is_signed

_CHANNELS = {"web": "web", "pos": "store", "android": "store", "iphone": "store"} | dict.fromkeys(
    ("shopify_draft_order", "draft_order"), "phone"
)
_UNPAID = ("pending", "authorized", "voided", "expired")
_CONSENT = {"subscribed": "granted", "unsubscribed": "denied", "redacted": "denied", "pending": "pending"}
"""What their states say; of who is not subscribed, and never was, they say nothing."""


def _proven(key: str, delivery: Delivery) -> bool:
    return is_signed(key, delivery.body, delivery.headers.get("x-shopify-hmac-sha256", ""))


def _topic(headers: Mapping[str, str], whole: Any) -> str:
    return headers.get("x-shopify-topic", "")


def _ordered(order: Json) -> list[Json]:
    """The order itself, and every refund it tells of."""
    number = needed(order, "id")
    if order.get("test"):
        return []
    told = _of_order(order) | {"revenue": order.get("total_price"), "tax": order.get("total_tax")}
    told |= {"shipping": inside(inside(order, "total_shipping_price_set"), "shop_money").get("amount")}
    at, who = order.get("processed_at") or needed(order, "created_at"), _who(order)
    completed = track("Order Completed", f"order:{number}:completed", at, told, who, _channel(order))
    completed["context"] |= said({"campaign": _campaign(order), "referrer": said({"url": order.get("referring_site")})})
    if order.get("buyer_accepts_marketing") is True:  # who did not tick the box said nothing
        completed["context"]["consent"] = {"marketing": {"email": "granted"}}
    return [completed, *_refunds(order)]


def _updated(order: Json) -> list[Json]:
    number, at = needed(order, "id"), needed(order, "updated_at")
    told = _of_order(order) | {"total": order.get("current_total_price") or order.get("total_price")}
    changed = track("Order Updated", f"order:{number}:updated:{at}", at, told, _who(order), _channel(order))
    return [] if order.get("test") else [changed, *_refunds(order)]


def _cancelled(order: Json) -> list[Json]:
    """What was never paid is given back by the cancellation; what was paid, by its refunds."""
    number, at = needed(order, "id"), needed(order, "cancelled_at")
    unpaid = order.get("total_price") if order.get("financial_status") in _UNPAID else 0
    told = _of_order(order) | {"revenue": unpaid, "reason": order.get("cancel_reason")}
    gone = track("Order Cancelled", f"order:{number}:cancelled", at, told, _who(order), _channel(order))
    return [] if order.get("test") else [gone, *_refunds(order)]


def _refunds(order: Json) -> list[Json]:
    return [message for refund in rows(order, "refunds") for message in _refunded(refund, _who(order))]


def _refunded(refund: Json, who: Json | None = None) -> list[Json]:
    """The money of its transactions; one that gives goods back without money tells nothing of money."""
    number = needed(refund, "id")
    paid = [one for one in rows(refund, "transactions") if one.get("status") == "success"]
    back = [one for one in paid if one.get("kind") in ("refund", "void")]
    told = {
        "order_id": str(needed(refund, "order_id")),
        "revenue": f"{sum(size(one.get('amount')) for one in back):.3f}",
        "currency": next((one.get("currency") for one in back), None),
        "reason": refund.get("note"),
        "products": [
            _product(inside(line, "line_item")) | {"quantity": line.get("quantity")}
            for line in rows(refund, "refund_line_items")
        ],
    }
    return [track("Order Refunded", f"refund:{number}", needed(refund, "created_at"), told, who)]


def _customer(customer: Json) -> list[Json]:
    number, at = needed(customer, "id"), customer.get("updated_at") or needed(customer, "created_at")
    address = inside(customer, "default_address")
    traits = {
        "email": customer.get("email"),
        "phone": customer.get("phone") or address.get("phone"),
        "firstName": customer.get("first_name"),
        "lastName": customer.get("last_name"),
        "createdAt": customer.get("created_at"),
        "address": said({"city": address.get("city"), "country": address.get("country_code")}),
        "tags": customer.get("tags"),
    }
    told = identify(f"customer:{number}:{at}", at, traits, {"userId": str(number)})
    if consent := said({name: _consent(customer, name) for name in ("email", "sms")}):
        told["context"]["consent"] = {"marketing": consent}
    return [told]


def _consent(customer: Json, channel: str) -> str | None:
    """What a customer agreed to; before 2023-01 Shopify told it of mail alone, as yes or no."""
    given = customer.get(f"{channel}_marketing_consent")
    if channel == "email" and given is None and isinstance(before := customer.get("accepts_marketing"), bool):
        return "granted" if before else "denied"
    state = given.get("state") if isinstance(given, dict) else None
    return _CONSENT.get(state) if isinstance(state, str) else None


def _consented(channel: str, address: str) -> Any:
    """Consent alone, when it changes."""

    def make(told: Json) -> list[Json]:
        number, given = needed(told, "customer_id"), inside(told, f"{channel}_marketing_consent")
        at, state = needed(given, "consent_updated_at"), _consent(told, channel)
        about = {"purpose": "marketing", "channel": channel, "state": state, "opt_in_level": given.get("opt_in_level")}
        about["collected_from"] = given.get("consent_collected_from")
        who = {"userId": str(number), "email" if channel == "email" else "phone": told.get(address)}
        changed = track("Consent Updated", f"customer:{number}:consent:{channel}:{at}", at, about, who)
        return [changed] if state else []

    return make


def _checkout(event: str, stamp: str) -> Any:
    def make(checkout: Json) -> list[Json]:
        token, at = needed(checkout, "token"), needed(checkout, stamp)
        told = _of_order(checkout) | {"checkout_id": token, "value": checkout.get("total_price"), "order_id": None}
        return [track(event, f"checkout:{token}:{stamp}:{at}", at, told, _who(checkout), _channel(checkout))]

    return make


def _fulfilled(parcel: Json) -> list[Json]:
    number, at = needed(parcel, "id"), parcel.get("updated_at") or needed(parcel, "created_at")
    told = {
        "order_id": str(needed(parcel, "order_id")),
        "carrier": parcel.get("tracking_company"),
        "tracking_number": parcel.get("tracking_number"),
        "products": [_product(line) for line in rows(parcel, "line_items")],
    }
    who = {"email": parcel.get("email"), "phone": inside(parcel, "destination").get("phone")}
    shipped = track("Order Shipped", f"fulfillment:{number}:shipped", parcel.get("created_at") or at, told, who)
    if parcel.get("status") == "cancelled":
        return []
    if parcel.get("shipment_status") == "delivered":
        return [shipped, track("Order Delivered", f"fulfillment:{number}:delivered", at, told, who)]
    return [shipped]


def _of_order(order: Json) -> Json:
    codes = [code.get("code") for code in rows(order, "discount_codes")]
    return {
        "order_id": str(order.get("id")),
        "order_name": order.get("name"),
        "cart_id": order.get("cart_token"),
        "checkout_id": order.get("checkout_token"),
        "currency": order.get("currency") or order.get("presentment_currency"),
        "discount": order.get("total_discounts"),
        "coupon": next(filter(None, codes), None),
        "financial_status": order.get("financial_status"),
        "country": inside(order, "shipping_address", "billing_address").get("country_code"),
        "products": [_product(line) for line in rows(order, "line_items")],
    }


def _product(line: Json) -> Json:
    number = line.get("product_id") or line.get("sku")
    told = {"product_id": None if number is None else str(number), "sku": line.get("sku"), "name": line.get("title")}
    told |= {"variant": line.get("variant_title"), "brand": line.get("vendor"), "price": line.get("price")}
    return said(told | {"quantity": line.get("quantity")})


def _who(order: Json) -> Json:
    """Whose it is: a guest is known by mail and phone."""
    customer, address = inside(order, "customer"), inside(order, "billing_address", "shipping_address")
    number = customer.get("id")
    return {
        "userId": None if number is None else str(number),
        "email": order.get("email") or order.get("contact_email") or customer.get("email"),
        "phone": order.get("phone") or customer.get("phone") or address.get("phone"),
    }


def _channel(order: Json) -> str:
    return _CHANNELS.get(str(order.get("source_name")), "web")


def _campaign(order: Json) -> Json:
    asked = parse_qs(urlsplit(str(order.get("landing_site") or "")).query)
    names = {"name": "utm_campaign", "source": "utm_source", "medium": "utm_medium"}
    return said({name: asked.get(parameter, [""])[0] for name, parameter in names.items()})


KIND = Kind(
    "shopify",
    _proven,
    _topic,
    {
        **dict.fromkeys(("orders/create", "orders/paid"), _ordered),
        **dict.fromkeys(
            ("orders/updated", "orders/edited", "orders/fulfilled", "orders/partially_fulfilled"), _updated
        ),
        "orders/cancelled": _cancelled,
        "refunds/create": _refunded,
        **dict.fromkeys(("customers/create", "customers/update"), _customer),
        "customers_email_marketing_consent/update": _consented("email", "email_address"),
        "customers_marketing_consent/update": _consented("sms", "phone"),
        "checkouts/create": _checkout("Checkout Started", "created_at"),
        "checkouts/update": _checkout("Checkout Step Completed", "updated_at"),
        **dict.fromkeys(("fulfillments/create", "fulfillments/update"), _fulfilled),
        **dict.fromkeys(("checkouts/delete", "carts/create", "carts/update"), nothing),
    },
)
