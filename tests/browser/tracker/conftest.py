"""A site of a shop's own per test, and a browser of a visitor's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tracked import Device, Site, Visit, site

HURRY = "{ const wait = setTimeout; window.setTimeout = (run, ms) => wait(run, ms / 20) }"
"""Tests that look at no times need not wait for a batch to fill."""


@pytest.fixture
def shop() -> Iterator[Site]:
    with site() as opened:
        yield opened


@pytest.fixture
def device(browser: Browser) -> Iterator[Device]:
    """A browser that has never been here, each time it is asked for."""
    made: list[BrowserContext] = []

    def another() -> BrowserContext:
        context = browser.new_context(locale="es-ES")
        context.set_default_timeout(30_000)
        made.append(context)
        return context

    yield another
    for context in made:
        context.close()


@pytest.fixture
def visit(device: Device, shop: Site) -> Iterator[Visit]:
    """Opens a page of the site, on a new device or on one that is given. No script of the page may fail."""
    wrong: list[str] = []

    def open_(path: str = "/", on: BrowserContext | None = None, clock: str | None = None) -> Page:
        page = (on or device()).new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if clock:
            page.clock.install(time=clock)
        else:
            page.add_init_script(HURRY)
        page.goto(f"{shop.address}{path}")
        return page

    yield open_
    assert wrong == []
