"""The living map in a real browser: its numbers, its filters, its ways down to one customer, its life."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

import small_shop
from serving import OpenPage, Serve, Served, elsewhere, served

pytestmark = pytest.mark.browser

FLOW = ("entered", "went_on", "dropped", "still_open")
NUMBERS = """() => Object.fromEntries([...document.querySelectorAll(".periplo-map a[data-ref]")].reverse().map(
    link => [link.dataset.ref, link.textContent]))"""


def command_line(*arguments: str) -> Any:
    """What the command line answers about the small shop."""
    command = [sys.executable, "-m", "periplo", *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, timeout=120).stdout)


def live(page: Page) -> Page:
    """The page, once it hears the shop."""
    expect(page.locator("#pulse")).to_have_attribute("data-state", "live")
    return page


def first_number(text: str) -> int:
    digits = "".join(ch if ch.isdigit() else " " for ch in text.replace(",", "").replace(".", "")).split()
    return int(digits[0])


def assert_shows(page: Page, *options: str) -> None:
    """The numbers of the map in the page are those of the command line."""
    expect(page.locator("#part:not([aria-busy])")).to_be_attached()
    shown = page.evaluate(NUMBERS)
    stages = command_line("stages", str(small_shop.made()), *options)["stages"]
    assert len(stages) == 6
    for stage in stages:
        for what in FLOW:
            assert first_number(shown[f"stage/{stage['id']}/{what}"]) == stage[what], (stage["id"], what)


def test_its_numbers_are_those_of_the_command_line(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address))
    assert_shows(page)
    kpis = {kpi["id"]: kpi for kpi in command_line("kpis", str(small_shop.made()))["values"]}
    expect(page.locator("#figure-orders .value")).to_have_text(str(int(kpis["orders"]["value"])))
    assert kpis["revenue"]["value"] == 8240
    expect(page.locator("#figure-revenue-EUR .value")).to_have_text("€82.40")


def test_filters_change_the_numbers_the_address_and_survive_loading(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address))
    orders = page.locator("#figure-orders .value")
    page.focus("#channel")
    page.select_option("#channel", "app")
    expect(orders).to_have_text("1")
    assert page.url.endswith("/?channel=app")
    expect(page.locator("#channel")).to_be_focused()
    page.select_option("#segment", "repeat_buyers")
    page.wait_for_url("**/?segment=repeat_buyers&channel=app")
    assert_shows(page, "--channel", "app", "--segment", "repeat_buyers")
    page.click("#period-7d")
    page.wait_for_url("**/?period=7d&segment=repeat_buyers&channel=app")
    expect(orders).to_have_count(0)
    page.reload()
    expect(page.locator("#channel")).to_have_value("app")
    expect(page.locator("#period-7d")).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(orders).to_have_text("1")
    page.click("#clear")
    expect(orders).to_have_text("3")


def test_own_days_filter_and_leave_the_presets(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(f"{small.address}/?period=30d"))
    page.fill("#since", "2026-01-01")
    page.fill("#until", "2026-01-31")
    page.wait_for_url("**/?since=2026-01-01&until=2026-01-31")
    expect(page.locator("#figure-orders .value")).to_have_text("2")
    expect(page.locator("[aria-current]")).to_have_count(0)
    assert_shows(page, "--since", "2026-01-01", "--until", "2026-01-31")


def test_from_a_number_to_its_customers_to_the_journey(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(f"{small.address}/?channel=web"))
    number = page.locator('.periplo-map a[data-ref="stage/purchase/entered"]').first
    shown = first_number(number.text_content() or "")
    number.click()
    page.wait_for_url("**/customers?channel=web&ref=stage/purchase/entered")
    expect(page.locator("h1")).to_have_text(f"{shown} customer" + ("s" if shown != 1 else ""))
    expect(page.locator("tbody tr")).to_have_count(shown)
    page.click("text=ana")
    expect(page.locator(".session")).to_have_count(5)
    assert "Order completed" in page.inner_text("main")
    assert "€49.90" in page.inner_text("main")
    page.click("text=Map")
    live(page)


def test_keys_are_enough(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator('.periplo-map a[data-ref="stage/loyalty/entered"]').first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers?ref=stage/loyalty/entered")


def test_language_and_theme_are_chosen_and_remembered(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(f"{small.address}/?channel=web", lang="es"))
    assert page.evaluate("document.documentElement.lang") == "es"
    expect(page.locator("#pulse")).to_have_text("En directo")
    page.click("button[value=en]")
    page.wait_for_url("**/?channel=web")
    assert page.evaluate("document.documentElement.lang") == "en"
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    with page.expect_response("**/reader"):
        page.click("button[value=dark]")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    paper = "getComputedStyle(document.querySelector('.periplo-map rect')).fill"
    assert dark != light
    assert page.evaluate(paper) == "rgb(16, 21, 29)"
    page.goto(f"{small.address}/customers")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_it_follows_the_dark_of_the_system(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address, theme="dark"))
    assert page.evaluate("getComputedStyle(document.querySelector('.periplo-map rect')).fill") == "rgb(16, 21, 29)"


def test_it_is_drawn_in_roboto_from_this_server(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address))
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Roboto'))")
    loaded = "[...document.fonts].filter(font => font.status === 'loaded').length"
    assert page.evaluate(loaded) >= 1


def test_it_changes_by_itself_when_another_process_records(serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
    shop = small_shop.copied(tmp_path)
    server = serve(shop)
    page = live(open_page(f"{server.address}/?channel=web", lang="es"))
    orders = page.locator("#figure-orders .value")
    expect(orders).to_have_text("1")
    page.fill("#since", "2026-01-01")
    page.wait_for_url("**/?since=2026-01-01&channel=web")
    page.locator('.periplo-map a[data-ref="stage/purchase/entered"]').first.focus()
    elsewhere("shop.record([small_shop.order('2026-03-02 10:00', 9900, 'web', 'N-1', user_id='new')])", shop)
    expect(orders).to_have_text("2")
    expect(page.locator("#pulse")).to_have_text("Actualizado ahora mismo")
    expect(page.locator(".figure .changed").first).to_be_attached()
    expect(page.locator("#since")).to_have_value("2026-01-01")
    assert page.url.endswith("/?since=2026-01-01&channel=web")
    assert page.evaluate("document.activeElement.dataset.ref") == "stage/purchase/entered"


def test_a_lost_server_is_told_and_found_again(browser: Browser) -> None:
    context = browser.new_context(locale="en")
    with served(small_shop.made()) as server:
        page = context.new_page()
        page.goto(server.address)
        live(page)
        server.stop()
        expect(page.locator("#pulse")).to_have_text("Connection lost, trying again")
    with served(small_shop.made(), port=server.port):
        expect(page.locator("#pulse")).to_have_attribute("data-state", "live")
    context.close()


@pytest.mark.parametrize("path", ["/", "/customers", "/customers/1", "/api", "/?channel=email&period=90d"])
@pytest.mark.parametrize("lang", ["es", "en"])
def test_a_phone_shows_everything_without_sideways_scrolling(
    small: Served, open_page: OpenPage, path: str, lang: str
) -> None:
    page = open_page(f"{small.address}{path}", lang=lang, width=390, height=844)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    if path == "/":
        frame = page.locator("#frame")
        assert frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_what_is_known_of_a_customer_stands_apart_from_the_journey(
    small: Served, open_page: OpenPage, width: int
) -> None:
    page = open_page(f"{small.address}/customers/1", width=width, height=850)
    cards = page.locator(".cards > .card")
    lowest = max(box["y"] + box["height"] for card in cards.all() if (box := card.bounding_box()))
    journey = page.locator("#journey").bounding_box()
    assert journey
    assert journey["y"] - lowest >= 14


def test_what_customers_send_stays_text(small: Served, open_page: OpenPage) -> None:
    page = open_page(f"{small.address}/customers")
    page.click("text=<script>")
    expect(page.locator("h1")).to_have_text(small_shop.ATTACK)


def test_it_works_without_script(browser: Browser, small: Served) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(small.address)
    page.select_option("#channel", "app")
    page.click("#apply")
    expect(page.locator("#figure-orders .value")).to_have_text("1")
    page.click("button[value=es]")
    expect(page.locator("#figure-orders dt")).to_have_text("pedidos")
    context.close()


def test_it_prints_on_white_without_controls_page_by_page(small: Served, open_page: OpenPage) -> None:
    page = live(open_page(small.address, theme="dark"))
    expect(page.locator(".paper")).to_be_hidden()
    page.emulate_media(media="print", color_scheme="light")
    for hidden in ("#filters", ".choices", "#frame"):
        expect(page.locator(hidden)).to_be_hidden()
    sheets = page.locator(".paper .periplo-map")
    assert sheets.count() > 1
    for sheet in sheets.all():
        expect(sheet).to_be_visible()
        assert sheet.evaluate("sheet => getComputedStyle(sheet.querySelector('rect')).fill") == "rgb(255, 255, 255)"
