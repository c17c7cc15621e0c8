"""WooCommerce: orders, customers, stock.

An order is completed when it needs no payment any more (or is paid on delivery); its first such state counts once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from periplo.connectors.connector import Delivery
from periplo.connectors.kinds.kind import Kind, nothing
from periplo.connectors.messages import Json, identify, inside, needed, rows, said, size, track
from periplo.connectors.proofs import is_signed

_TAKEN = ("processing", "completed", "on-hold")


def _proven(key: str, delivery: Delivery) -> bool:
    return is_signed(key, delivery.body, delivery.headers.get("x-wc-webhook-signature", ""))


def _greeting(delivery: Delivery) -> bool:
    """A new webhook only tells its number, unsigned, and is saved when somebody answers."""
    return delivery.body.startswith(b"webhook_id=") and "x-wc-webhook-topic" not in delivery.headers


def _topic(headers: Mapping[str, str], whole: Any) -> str:
    return headers.get("x-wc-webhook-topic", "")


def _order(order: Json) -> list[Json]:
    number, state = needed(order, "id"), str(needed(order, "status"))
    at = _utc(order, "date_modified") or _utc(order, "date_created")
    told, who, made = _of_order(order), _who(order), list[Json]()
    paid = _utc(order, "date_paid")
    if state in _TAKEN or paid:
        begun = _utc(order, "date_created") or at
        made.append(
            track("Order Completed", f"order:{number}:completed", begun, told | _money(order), who, _channel(order))
        )
    if state == "cancelled":
        given = told | {"revenue": 0 if paid else order.get("total")}
        made.append(track("Order Cancelled", f"order:{number}:cancelled", at, given, who))
    if state == "failed":
        made.append(track("Payment Failed", f"order:{number}:failed:{at}", at, told, who))
    return [*made, *(_refund(order, refund, at, who) for refund in rows(order, "refunds"))]


def _changed(order: Json) -> list[Json]:
    number, at = needed(order, "id"), _utc(order, "date_modified")
    told = _of_order(order) | {"total": order.get("total"), "status": order.get("status")}
    changed = track("Order Updated", f"order:{number}:updated:{at}", at, told, _who(order))
    return [*_order(order), changed]


def _refund(order: Json, refund: Json, at: str | None, who: Json) -> Json:
    """Refunds are written as negative amounts."""
    told = {
        "order_id": str(order["id"]),
        "revenue": size(refund.get("total")),
        "currency": order.get("currency"),
        "reason": refund.get("reason"),
    }
    return track("Order Refunded", f"refund:{needed(refund, 'id')}", at, told, who)


def _customer(customer: Json) -> list[Json]:
    number, billing = needed(customer, "id"), inside(customer, "billing")
    at = _utc(customer, "date_modified") or _utc(customer, "date_created")
    traits = {
        "email": customer.get("email") or billing.get("email"),
        "phone": billing.get("phone"),
        "firstName": customer.get("first_name"),
        "lastName": customer.get("last_name"),
        "username": customer.get("username"),
        "address": said({"city": billing.get("city"), "country": billing.get("country")}),
    }
    return [identify(f"customer:{number}:{at}", at, traits, {"userId": str(number)})]


def _joined(customer: Json) -> list[Json]:
    at, who = _utc(customer, "date_created"), {"userId": str(needed(customer, "id")), "email": customer.get("email")}
    return [*_customer(customer), track("Signed Up", f"customer:{customer['id']}:joined", at, {}, who, "web")]


def _stock(product: Json) -> list[Json]:
    """Price and stock as they are now."""
    number, at = needed(product, "id"), _utc(product, "date_modified") or _utc(product, "date_created")
    told = {
        "product_id": str(number),
        "sku": product.get("sku"),
        "name": product.get("name"),
        "price": product.get("price"),
        "stock": product.get("stock_quantity"),
        "in_stock": product.get("stock_status") != "outofstock",
    }
    return [track("Stock Adjusted", f"product:{number}:{at}", at, told, None, "web")]


def _money(order: Json) -> Json:
    return {
        "revenue": order.get("total"),
        "tax": order.get("total_tax"),
        "shipping": order.get("shipping_total"),
        "discount": order.get("discount_total"),
    }


def _of_order(order: Json) -> Json:
    return {
        "order_id": str(order["id"]),
        "order_name": order.get("number"),
        "currency": order.get("currency"),
        "coupon": next((one.get("code") for one in rows(order, "coupon_lines")), None),
        "payment_method": order.get("payment_method"),
        "country": (inside(order, "shipping").get("country") or inside(order, "billing").get("country")),
        "products": [_product(line) for line in rows(order, "line_items")],
    }


def _product(line: Json) -> Json:
    number = line.get("product_id") or line.get("sku")
    told = {"product_id": None if number is None else str(number), "sku": line.get("sku"), "name": line.get("name")}
    return said(told | {"price": line.get("price"), "quantity": line.get("quantity")})


def _who(order: Json) -> Json:
    """A guest has the number 0, and is known by mail and phone."""
    number, billing = order.get("customer_id"), inside(order, "billing")
    return {"userId": str(number) if number else None, "email": billing.get("email"), "phone": billing.get("phone")}


def _channel(order: Json) -> str:
    return {"admin": "phone", "pos-rest-api": "store"}.get(str(order.get("created_via")), "web")


def _utc(whole: Json, name: str) -> str | None:
    """The time under a name: Woo writes it in the shop's zone, and beside that in UTC without saying so."""
    found = whole.get(f"{name}_gmt")
    return f"{found}Z" if isinstance(found, str) and found and not found.endswith("Z") else found or whole.get(name)


KIND = Kind(
    "woocommerce",
    _proven,
    _topic,
    {
        "order.created": _order,
        "order.updated": _changed,
        "customer.created": _joined,
        "customer.updated": _customer,
        **dict.fromkeys(("product.created", "product.updated", "product.restored"), _stock),
        **dict.fromkeys(("customer.deleted", "order.deleted", "order.restored", "product.deleted"), nothing),
    },
    greeting=_greeting,
)
