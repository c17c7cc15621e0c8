"""From a click in a real browser to the shop's journeys, through the real server: whole, once, at the right time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

import small_shop
from periplo.workspace import Shop
from serving import served
from tracked import Site, Visit, document, tag

pytestmark = pytest.mark.browser


def acknowledged(page: Page) -> None:
    """Until the server has answered for everything."""
    page.evaluate("periplo.flush()")
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('periplo'))")


def test_a_visit_becomes_a_journey(shop: Site, visit: Visit, tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    with Shop.open(folder) as opened:
        key = opened.sources.add("web", origins=[shop.address]).write_key
    with served(folder) as server:
        shop.pages["/"] = document(head=tag(src=f"{server.address}/periplo.js", key=key))
        page = visit("/?utm_source=newsletter&utm_medium=email", clock="2044-01-01")
        page.clock.run_for(1_000)
        acknowledged(page)
        page.context.set_offline(True)
        page.evaluate("periplo.productViewed({product_id: 'p1'})")
        page.evaluate("periplo.productAdded({product_id: 'p1', cart_id: 'c1'})")
        page.clock.run_for(600_000)
        page.context.set_offline(False)
        page.evaluate("periplo.identify('lola'); periplo.orderCompleted({order_id: 'L-1', total: 30, currency: 'EUR'})")
        page.clock.run_for(60_000)
        page.clock.resume()
        acknowledged(page)
        page.reload()
        acknowledged(page)
        link = page.evaluate("periplo.resumeLink('c1')").removeprefix(shop.address)
        phone = visit(link)
        phone.evaluate("periplo.cartViewed({cart_id: 'c1'})")
        acknowledged(phone)
    with Shop.open(folder) as opened:
        journey = opened.timeline(opened.customer_number("lola")).to_pylist()
    names = Counter(event["event"] for event in journey)
    once = ("Product Viewed", "Product Added", "Customer Identified", "Order Completed", "Cart Viewed")
    assert {name: names[name] for name in ("Page Viewed", *once)} == {"Page Viewed": 3, **dict.fromkeys(once, 1)}
    first = {event["event"]: event for event in reversed(journey)}
    assert (first["Page Viewed"]["channel"], first["Product Added"]["cart_id"]) == ("email", "c1")
    assert first["Order Completed"]["revenue_minor"] == 3000
    ago = datetime.now(UTC) - first["Product Added"]["occurred_at"].astimezone(UTC)
    assert timedelta(minutes=10) <= ago < timedelta(minutes=13)
