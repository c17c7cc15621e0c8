"""A message that counts, and says nothing of the person: only what is known to be harmless stays of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

_HEAD = ("type", "event", "name", "messageId", "timestamp", "originalTimestamp", "sentAt", "receivedAt", "channel")
_PRODUCT = ("product_id", "productId", "item_id", "sku", "category", "item_category", "price", "quantity")
_PLAIN = (*_PRODUCT, "revenue", "total", "value", "currency", "coupon", "query", "search_term", "title", "channel")
_OF_PRODUCTS = (*_PRODUCT, "id")
_CONTEXT = ("channel", "locale", "campaign", "device", "library", "userAgent", "consent")


def nameless(message: Mapping[str, Any], name: str, click_ids: Collection[str]) -> dict[str, Any]:
    """A message (Segment's form) under another name. Of addresses stay the page, campaigns, and that an ad was clicked
    (``click_ids``: the parameters that tell); of what was told plain facts of products and money."""
    context, said = _object(message, "context"), _object(message, "properties")
    page = _object(context, "page")
    told = _scalars(said, _PLAIN) | _pages(said, click_ids)
    for key in ("products", "items"):
        if isinstance(lines := said.get(key), list):
            told[key] = [_scalars(line, _OF_PRODUCTS) for line in lines if isinstance(line, dict)]
    kept = {key: context[key] for key in _CONTEXT if key in context}
    kept["device"] = _scalars(_object(context, "device"), ("type", "category"))
    kept["page"] = _scalars(page, ("title",)) | _pages(page, click_ids)
    return _scalars(message, _HEAD) | {
        "anonymousId": name,
        "properties": told,
        "context": kept,
    }


def _pages(said: Mapping[str, Any], click_ids: Collection[str]) -> dict[str, str]:
    """The addresses in an object, without what could tell who came."""
    found = {"url": _url(said.get("url"), click_ids), "referrer": site(said.get("referrer"))}
    path = said.get("path")
    found["path"] = path.partition("?")[0] if isinstance(path, str) else None
    return {key: value for key, value in found.items() if value}


def _url(address: object, click_ids: Collection[str]) -> str | None:
    try:
        found = urlsplit(address if isinstance(address, str) else "")
        given = parse_qsl(found.query)
    except ValueError:
        return None
    kept = [(key, value) for key, value in given if key.startswith("utm_")]
    kept += [(key, "1") for key, _ in given if key in click_ids]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{found.scheme}://{found.hostname}{found.path}{query}" if found.scheme and found.hostname else None


def site(address: object) -> str | None:
    """Where somebody came from, without what stands behind the host."""
    try:
        found = urlsplit(address if isinstance(address, str) else "")
    except ValueError:
        return None
    return f"{found.scheme}://{found.hostname}/" if found.scheme and found.hostname else None


def _scalars(said: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    return {key: said[key] for key in keys if isinstance(said.get(key), str | int | float)}


def _object(said: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = said.get(key)
    return found if isinstance(found, dict) else {}
