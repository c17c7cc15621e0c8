"""Every page that is seen is told once, also where a script changes pages, and how long it was looked at."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Browser

from tracked import Device, Site, Visit, document, tag

pytestmark = pytest.mark.browser


def views(shop: Site) -> list[str]:
    """The addresses of the page views that came, without the host."""
    return [m["context"]["page"]["url"].removeprefix(shop.address) for m in shop.messages if m["type"] == "page"]


def left(shop: Site) -> list[dict[str, Any]]:
    return [message for message in shop.messages if message.get("event") == "Page Left"]


def test_pages_changed_by_script_are_views_with_their_own_title_and_referrer(shop: Site, visit: Visit) -> None:
    page = visit(clock="2026-03-01")
    page.evaluate("history.pushState({}, '', '/shoes'); document.title = 'Shoes'")
    page.clock.run_for(2_000)
    page.evaluate("history.replaceState({}, '', '/shoes?size=41'); document.title = 'Shoes 41'")
    page.evaluate("periplo.productListViewed({category: 'shoes'})")
    page.evaluate("history.replaceState({scroll: 1}, '')")
    page.evaluate("history.pushState({}, '', '#reviews')")
    page.clock.run_for(2_000)
    page.go_back()
    page.go_back()
    page.clock.run_for(2_000)
    shop.wait(lambda: len(views(shop)) == 4)
    assert views(shop) == ["/", "/shoes", "/shoes?size=41", "/"]
    seen = [m["context"]["page"] for m in shop.messages if m["type"] == "page"]
    assert [one["title"] for one in seen][:3] == ["Faro", "Shoes", "Shoes 41"]
    assert seen[1]["referrer"] == f"{shop.address}/"
    told = shop.told()
    assert told.index("Product List Viewed") > [i for i, name in enumerate(told) if name == "page"][2]


@pytest.mark.parametrize(("option", "expected"), [("on", ["/", "/#/shoes"]), ("off", ["/"])])
def test_what_follows_the_hash_can_be_a_page(shop: Site, visit: Visit, option: str, expected: list[str]) -> None:
    shop.pages["/"] = document(head=tag(hash=option))
    page = visit()
    page.evaluate("location.hash = '#/shoes'")
    page.wait_for_function("location.hash == '#/shoes'")
    page.evaluate("periplo.track('Done')")
    shop.until("Done")
    assert views(shop) == expected


def test_a_shop_can_tell_its_pages_itself(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag(off="pages clicks forms errors"))
    page = visit()
    page.evaluate("history.pushState({}, '', '/two'); periplo.page('Two', {kind: 'list'})")
    (seen,) = shop.until("page")
    assert (seen["name"], seen["properties"], views(shop)) == ("Two", {"kind": "list"}, ["/two"])


def test_a_view_told_by_the_shop_takes_the_place_of_ours(shop: Site, visit: Visit) -> None:
    page = visit()
    page.evaluate("history.pushState({}, '', '/two'); periplo.page('Two')")
    shop.wait(lambda: len(views(shop)) == 2)
    page.evaluate("periplo.track('Done')")
    shop.until("Done")
    assert views(shop) == ["/", "/two"]


def test_a_page_that_comes_back_from_the_cache_is_seen_again(shop: Site, browser: Browser) -> None:
    note = "addEventListener('pageshow', event => periplo.track('Shown', {kept: event.persisted}))"
    shop.pages["/"] = document(f"<script>{note}</script>")
    shop.pages["/next"] = document("<script>setTimeout(() => history.back(), 200)</script>")
    program = os.environ.get("PERIPLO_CHROMIUM", "/usr/bin/chromium")
    uncached = ["--disable-back-forward-cache"]  # which tests have by default
    with browser.browser_type.launch(
        executable_path=program, args=["--no-sandbox", "--disable-gpu"], ignore_default_args=uncached
    ) as real:
        page = real.new_page()
        page.goto(f"{shop.address}/")
        shop.until("Shown")
        page.evaluate("location.href = '/next'")
        shop.wait(lambda: [m for m in shop.messages if m.get("event") == "Shown" and m["properties"]["kept"]])
    seen = {m["messageId"]: m["context"]["page"]["path"] for m in shop.messages if m["type"] == "page"}
    assert sorted(seen.values()) == ["/", "/", "/next"]


def test_a_page_made_ready_in_advance_is_told_when_it_is_opened(shop: Site, visit: Visit, device: Device) -> None:
    home = device()
    home.add_init_script(
        "let ahead = true; Object.defineProperty(Document.prototype, 'prerendering', {get: () => ahead});"
        "window.open_ = () => { ahead = false; document.dispatchEvent(new Event('prerenderingchange')) }"
    )
    page = visit(on=home, clock="2026-03-01")
    page.evaluate("periplo.productViewed({product_id: 'p1'})")
    page.clock.run_for(60_000)
    assert (shop.bodies, page.evaluate("document.cookie + localStorage.length")) == ([], "0")
    page.evaluate("open_()")
    page.clock.run_for(1_000)
    seen, product = shop.until("page", "Product Viewed")
    assert seen["anonymousId"] == product["anonymousId"]
    assert product["anonymousId"] in page.evaluate("document.cookie")


def test_the_end_of_a_page_says_how_long_and_how_far_it_was_seen(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document("<div style='height:4000px'></div>")
    page = visit(clock="2026-03-01")
    page.set_viewport_size({"width": 800, "height": 1000})
    page.clock.pause_at("2026-03-01T01:00")
    page.evaluate("history.replaceState({}, '', '/long')")
    page.clock.run_for(5_000)
    page.evaluate("scrollTo(0, 1000)")
    page.wait_for_function("scrollY == 1000")
    page.clock.run_for(5_000)
    page.goto("about:blank")
    shop.wait(lambda: any(m["context"]["page"]["path"] == "/long" for m in left(shop)))
    (end,) = [m for m in left(shop) if m["context"]["page"]["path"] == "/long"]
    assert end["properties"]["visible_s"] == pytest.approx(10, abs=0.5)
    assert end["properties"]["scroll_percent"] == pytest.approx(50, abs=2)


def test_time_without_focus_does_not_count(shop: Site, visit: Visit, device: Device) -> None:
    home = device()
    home.add_init_script("window.focused = true; document.hasFocus = () => focused")
    page = visit(on=home, clock="2026-03-01")
    page.clock.pause_at("2026-03-01T01:00")
    page.evaluate("history.replaceState({}, '', '/read')")
    page.clock.run_for(3_000)
    page.evaluate("focused = false; dispatchEvent(new Event('blur'))")
    page.clock.run_for(60_000)
    page.evaluate("focused = true; dispatchEvent(new Event('focus'))")
    page.clock.run_for(4_000)
    page.goto("about:blank")
    shop.wait(lambda: any(m["context"]["page"]["path"] == "/read" for m in left(shop)))
    (end,) = [m for m in left(shop) if m["context"]["page"]["path"] == "/read"]
    assert end["properties"]["visible_s"] == pytest.approx(7, abs=0.5)
