"""Nothing is stored or sent before consent; denial leaves nothing behind; cookieless tells of nobody."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page

from tracked import Device, Site, Visit, document, tag

pytestmark = pytest.mark.browser

KEPT = "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])"
NOTHING = '["",{},{}]'


def cookie(page: Page) -> dict[str, str]:
    """What the tracker's cookie says."""
    kept = [one["value"] for one in page.context.cookies() if one["name"] == "periplo"]
    return json.loads(unquote(kept[0])) if kept else {}


def searches(shop: Site) -> set[str]:
    return {message["context"]["page"]["search"] for message in shop.messages}


def test_pending_keeps_in_memory_and_sends_nothing(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag("pending"))
    page = visit(clock="2026-03-01")
    page.evaluate("periplo.identify('u1', {plan: 'gold'}); periplo.track('Before')")
    page.clock.run_for(600_000)
    assert page.evaluate(KEPT) == NOTHING
    page.evaluate("periplo.consent('granted'); periplo.track('After')")
    page.clock.run_for(1_000)
    shop.until("page", "identify", "Before", "After")
    assert len(shop.bodies) == 1
    assert len({message["anonymousId"] for message in shop.messages}) == 1
    assert [message.get("userId") for message in shop.messages] == [None, "u1", "u1", "u1"]
    assert cookie(page) == {"a": shop.messages[0]["anonymousId"], "u": "u1", "c": "granted"}


def test_pending_that_ends_without_a_choice_leaves_nothing(shop: Site, visit: Visit) -> None:
    shop.pages |= {"/": document(head=tag("pending")), "/asked": document(head=tag("granted"))}
    page = visit()
    page.evaluate("periplo.track('Before')")
    page.goto(f"{shop.address}/asked")
    shop.until("page")
    assert shop.told() == ["page"]


def test_denial_drops_what_waits_and_what_comes(shop: Site, visit: Visit) -> None:
    shop.down = True
    page = visit(clock="2026-03-01")
    page.evaluate("periplo.identify('u1')")
    page.clock.run_for(1_000)
    shop.wait(lambda: shop.refused)
    shop.down = False
    page.evaluate("periplo.consent('denied'); periplo.track('After')")
    page.clock.run_for(600_000)
    assert cookie(page) == {"c": "denied"}
    assert page.evaluate("localStorage.length") == 0
    page.evaluate("periplo.consent('granted'); periplo.track('Again')")
    page.clock.run_for(1_000)
    (again,) = shop.until("Again")
    assert shop.told() == ["Again"]
    assert "userId" not in again


def test_the_choice_is_remembered(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag("pending"))
    page = visit()
    page.evaluate("periplo.consent('granted')")
    shop.until("page")
    page.goto(f"{shop.address}/?again")
    shop.wait(lambda: "?again" in searches(shop))
    page.evaluate("periplo.consent('denied')")
    page.goto(f"{shop.address}/?denied")
    page.goto("about:blank")
    assert searches(shop) == {"", "?again"}


def test_another_tab_follows_the_choice_and_the_sign_out(shop: Site, visit: Visit, device: Device) -> None:
    home = device()
    one, two = visit(on=home), visit(on=home)
    one.evaluate("periplo.identify('u1')")
    two.evaluate("periplo.track('Known')")
    one.evaluate("periplo.reset()")
    two.evaluate("periplo.track('Unknown')")
    known, unknown = shop.until("Known", "Unknown")
    assert known["userId"] == "u1"
    assert "userId" not in unknown
    assert known["anonymousId"] != unknown["anonymousId"]
    one.evaluate("periplo.consent('denied')")
    two.evaluate("periplo.track('Never')")
    two.goto("about:blank")
    assert "Never" not in shop.told()


def test_denied_can_be_counted_without_cookies(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag("pending", cookieless="denied"))
    page = visit(clock="2026-03-01")
    page.evaluate("periplo.identify('u1', {email: 'ana@example.com'}); periplo.track('Before')")
    page.clock.run_for(5_000)
    assert shop.bodies == []
    page.evaluate("periplo.consent('denied'); periplo.track('After')")
    page.clock.run_for(1_000)
    shop.until("page", "Before", "After")
    assert shop.told() == ["page", "Before", "After"]
    for message in shop.messages:
        assert not {"anonymousId", "userId"} & set(message)
        assert message["context"]["consent"] == {"analytics": "denied"}
    assert cookie(page) == {"c": "denied"}
    assert page.evaluate("localStorage.length") == 0


def test_always_cookieless_keeps_nothing_at_all(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag("pending", cookieless="always"))
    page = visit()
    page.evaluate(
        "periplo.identify('u1'); periplo.alias('u2'); periplo.consent('granted'); periplo.productViewed({sku: '1'})"
    )
    shop.until("page", "Product Viewed")
    assert page.evaluate(KEPT) == NOTHING
    assert shop.told() == ["page", "Product Viewed"]
    assert not [message for message in shop.messages if {"anonymousId", "userId"} & set(message)]


def test_a_visitor_stays_the_same_until_signing_out(shop: Site, visit: Visit) -> None:
    page = visit()
    page.evaluate("periplo.identify('u1', {plan: 'gold'})")
    (known,) = shop.until("identify")
    assert known["traits"] == {"plan": "gold"}
    page.goto(f"{shop.address}/?next")
    page.evaluate("periplo.identify({plan: 'silver'}); periplo.alias('u2', 'old'); periplo.track('Mine')")
    (mine, alias) = shop.until("Mine", "alias")
    assert (mine["userId"], mine["anonymousId"]) == ("u2", known["anonymousId"])
    assert (alias["userId"], alias["previousId"]) == ("u2", "old")
