"""Clicks of rage, dead and slow ones, forms and errors: told by the thresholds, and never with what somebody typed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tracked import Device, Site, Visit, document

pytestmark = pytest.mark.browser

BUTTONS = """
<button id=dead type=button>Buy now</button>
<button id=alive type=button onclick="this.title = Math.random()">Alive</button>
<button id=late type=button onclick="setTimeout(() => this.title = 'x', 2600)">Late</button>
<a id=slow href=/never>Next page</a>
<a id=file href=/file download>File</a>
<p id=text>Only words</p>
<input id=typed value=secret>
"""


def told(shop: Site, name: str = "Element Clicked") -> list[dict[str, Any]]:
    return [message["properties"] for message in shop.messages if message.get("event") == name]


def settled(page: Page, shop: Site) -> None:
    """Lets all verdicts fall and arrive."""
    page.clock.run_for(4_000)
    page.clock.resume()
    page.evaluate("periplo.track('Done')")
    shop.until("Done")


def test_a_click_that_changes_nothing_is_dead(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(BUTTONS)
    page = visit(clock="2026-03-01")
    page.click("#dead")
    page.clock.run_for(5_000)
    for alive in ("#alive", "#text", "#typed", "#file"):
        page.click(alive, modifiers=["ControlOrMeta"] if alive == "#file" else None)
        page.clock.run_for(5_000)
    settled(page, shop)
    assert told(shop) == [{"click": "dead", "element": "button#dead", "text": "Buy now"}]


@pytest.mark.parametrize(("after_ms", "dead"), [(2_400, False), (2_600, True)])
def test_two_and_a_half_seconds_without_a_change_are_dead(shop: Site, visit: Visit, after_ms: int, dead: bool) -> None:
    shop.pages["/"] = document(BUTTONS.replace("2600", str(after_ms)))
    page = visit(clock="2026-03-01")
    page.clock.pause_at("2026-03-01T01:00")
    page.click("#late")
    page.clock.run_for(after_ms - 10)
    page.clock.run_for(20)
    settled(page, shop)
    assert [one["click"] for one in told(shop)] == (["dead"] if dead else [])


def test_a_page_that_does_not_come_within_three_seconds_is_slow(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(BUTTONS)
    page = visit(clock="2026-03-01")
    page.clock.pause_at("2026-03-01T01:00")
    page.click("#slow")
    page.clock.run_for(2_900)
    assert told(shop) == []
    settled(page, shop)
    assert told(shop) == [{"click": "slow", "element": "a#slow", "text": "Next page"}]


def test_three_clicks_in_a_second_on_one_spot_are_rage(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(BUTTONS)
    page = visit(clock="2026-03-01")
    page.clock.pause_at("2026-03-01T01:00")
    for _ in range(5):
        page.click("#alive")
        page.clock.run_for(100)
    settled(page, shop)
    assert told(shop) == [{"click": "rage", "element": "button#alive", "text": "Alive"}]


@pytest.mark.parametrize(
    ("apart_ms", "apart_px", "rage"), [(480, 10, True), (510, 10, False), (100, 29, True), (100, 31, False)]
)
def test_rage_needs_both_haste_and_the_same_spot(
    shop: Site, visit: Visit, apart_ms: int, apart_px: int, rage: bool
) -> None:
    shop.pages["/"] = document("<p style='height:300px'>Only words</p>")
    page = visit(clock="2026-03-01")
    page.clock.pause_at("2026-03-01T01:00")
    for x in (100, 100, 100 + apart_px):
        page.mouse.click(x, 100)
        page.clock.run_for(apart_ms)
    settled(page, shop)
    assert [one["click"] for one in told(shop)] == (["rage"] if rage else [])


def test_a_form_is_started_once_and_submitted_without_a_value(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(
        "<form id=checkout action='/pay?card=carta-4111'><input name=email><input name=id type=text>"
        "<textarea name=note></textarea><button>Pay</button></form>"
        "<form onsubmit='return false' name=search><input name=q></form>"
    )
    page = visit()
    page.fill("[name=email]", "ana@example.com")
    page.fill("[name=note]", "my secret")
    page.fill("[name=q]", "red shoes")
    page.press("[name=q]", "Enter")
    page.click("text=Pay")
    shop.wait(lambda: len(told(shop, "Form Submitted")) == 2)
    assert told(shop, "Form Started") == [{"form": "checkout", "field": "email"}, {"form": "search", "field": "q"}]
    assert [one["form"] for one in told(shop, "Form Submitted")] == ["search", "checkout"]
    sent = repr([{**message, "context": None} for message in shop.messages])
    assert not [secret for secret in ("ana@", "secret", "red shoes", "carta-4111") if secret in sent]


def test_errors_are_told_once_with_nobodys_address_in_them(shop: Site, device: Device) -> None:
    shop.pages["/"] = document(
        "<div role=alert id=alert></div><p data-periplo-error hidden id=mark>Card refused</p>"
        "<script>function fail() { undefinedFunction() }</script>"
    )
    page = device().new_page()
    page.goto(f"{shop.address}/")
    page.evaluate("setTimeout(fail); setTimeout(fail); Promise.reject(new Error('no stock')); 0")
    page.evaluate("document.querySelector('#alert').textContent = 'ana@example.com, 600 123 456: already in use'")
    page.evaluate("document.querySelector('#mark').hidden = false")
    shop.wait(lambda: len(told(shop, "Error Shown")) == 4)
    errors = sorted(told(shop, "Error Shown"), key=lambda one: (one["kind"], one["message"]))
    assert [(one["kind"], one["message"]) for one in errors] == [
        ("alert", "* *: already in use"),
        ("alert", "Card refused"),
        ("promise", "no stock"),
        ("script", "Uncaught ReferenceError: undefinedFunction is not defined"),
    ]
    assert errors[3]["where"] == f"{shop.address}/:1"
