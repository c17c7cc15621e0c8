"""GA4's BigQuery export: each row becomes a Segment-spec message, whether it comes as JSON lines or as Parquet.

Field names: https://support.google.com/analytics/answer/7029846
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

Row = dict[str, Any]

_NOTHING = frozenset({None, "", "(not set)", "(data deleted)", "(none)", "(direct)"})
_OF_PAGE = {"page_location": "url", "page_title": "title", "page_referrer": "referrer"}
_ITEM = {
    "item_id": "product_id",
    "item_name": "name",
    "item_brand": "brand",
    "item_variant": "variant",
    "item_category": "category",
    "item_category2": "category2",
    "item_list_name": "list",
    "promotion_name": "promotion",
    "coupon": "coupon",
    "price": "price",
    "quantity": "quantity",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_message(row: Row) -> bytes:
    """One row of the export as a Segment-spec message (JSON). Raises where the row is not of that form."""
    params = _keyed(row.get("event_params"))
    message = {
        "type": "track",
        "event": row.get("event_name"),
        "messageId": _fingerprint(row, params),
        "timestamp": _instant(row.get("event_timestamp")),
        "userId": row.get("user_id"),
        "anonymousId": row.get("user_pseudo_id"),
        "context": _context(row, params),
        "properties": _properties(row, params),
    }
    return msgspec.json.encode(_said(message))


def _properties(row: Row, params: Row) -> Row:
    """The parameters, and the money of orders and refunds under the names of Ecommerce v2."""
    order, refund = row.get("ecommerce") or {}, row.get("event_name") == "refund"
    money = order.get("refund_value") if refund else order.get("purchase_revenue")
    own = {
        "order_id": _first(order.get("transaction_id"), params.get("transaction_id")),
        "revenue": _first(money, params.get("value")) if order or "transaction_id" in params else None,
        "shipping": order.get("shipping_value"),
        "tax": order.get("tax_value"),
        "quantity": order.get("total_item_quantity"),
        "query": params.get("search_term"),
        "products": [_item(item) for item in row.get("items") or ()] or None,
        "ga_session_id": params.get("ga_session_id"),
    }
    rest = {key: value for key, value in params.items() if key not in _OF_PAGE and key != "transaction_id"}
    return _said(rest) | _said(own)


def _context(row: Row, params: Row) -> Row:
    device, place, platform = row.get("device") or {}, row.get("geo") or {}, str(row.get("platform") or "")
    return _said(
        {
            "page": _said({name: params.get(key) for key, name in _OF_PAGE.items()}),
            "campaign": _campaign(row, params),
            "device": _said({"type": device.get("category"), "model": device.get("mobile_model_name")}),
            "os": _said({"name": device.get("operating_system"), "version": device.get("operating_system_version")}),
            "locale": device.get("language"),
            "location": _said(
                {"country": place.get("country"), "region": place.get("region"), "city": place.get("city")}
            ),
            "library": {"name": f"ga4-{platform.lower()}"} if platform else None,
            "userProperties": _said(_keyed(row.get("user_properties"))),
        }
    )


def _campaign(row: Row, params: Row) -> Row:
    """Where this event came from: its own parameters, else what was collected with it; of the very first visit, where
    the user came from. (``traffic_source`` is of the user, not of the event.)"""
    own = {key: params.get(name) for key, name in (("name", "campaign"), ("source", "source"), ("medium", "medium"))}
    if found := _said(own):
        return found
    collected = row.get("collected_traffic_source") or {}
    keys = (("name", "manual_campaign_name"), ("source", "manual_source"), ("medium", "manual_medium"))
    if found := _said({key: collected.get(name) for key, name in keys}):
        return found
    if collected.get("gclid") not in _NOTHING:
        return {"source": "google", "medium": "cpc"}
    first = row.get("traffic_source") or {} if row.get("event_name") in {"first_visit", "first_open"} else {}
    return _said({key: first.get(key) for key in ("name", "source", "medium")})


def _item(item: Row) -> Row:
    said = _said({name: item.get(key) for key, name in _ITEM.items()})
    return said | {"quantity": int(said["quantity"])} if "quantity" in said else said


def _keyed(pairs: Iterable[Row] | None) -> Row:
    """``[{"key": k, "value": {"string_value": v}}]`` as ``{k: v}``."""
    return {pair["key"]: _value(pair.get("value") or {}) for pair in pairs or ()}


def _value(value: Row) -> Any:
    if value.get("string_value") is not None:
        return value["string_value"]
    if value.get("int_value") is not None:
        return int(value["int_value"])
    number = _first(value.get("double_value"), value.get("float_value"))
    return None if number is None else float(number)


def _said(values: Row) -> Row:
    """Without what says nothing."""
    return {
        key: value
        for key, value in values.items()
        if value is not None and value != {} and (value.__class__ is not str or value not in _NOTHING)
    }


def _first(*values: Any) -> Any:
    return next((value for value in values if value not in _NOTHING), None)


def _instant(microseconds: Any) -> str | None:
    if microseconds in _NOTHING:
        return None
    return (_EPOCH + timedelta(microseconds=int(microseconds))).isoformat()


def _fingerprint(row: Row, params: Row) -> str:
    """GA4 numbers no events: who, when, what and its place in the batch make the id, the same in every export."""
    places = ("user_pseudo_id", "user_id", "event_timestamp", "event_name", "event_bundle_sequence_id")
    more = ("batch_event_index", "batch_page_id", "batch_ordering_id", "stream_id")
    key = [str(row.get(name) or "") for name in (*places, *more)]
    key += [f"{name}={value}" for name, value in sorted(params.items())]
    return blake2b("\x1f".join(key).encode(), digest_size=16).hexdigest()
