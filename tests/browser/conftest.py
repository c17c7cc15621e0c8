"""Real Chromium over really served shops. Each page is watched: no console error, no request to anywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

import small_shop
from serving import OpenPage, Serve, Served, served

CHROMIUM = Path(os.environ.get("PERIPLO_CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Per module: while it is open, the thread has an event loop, and tests elsewhere run one of their own."""
    if not CHROMIUM.exists():
        message = f"needs Chromium at {CHROMIUM} (apt install chromium, or set PERIPLO_CHROMIUM)"
        if os.environ.get("PERIPLO_NEED_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def small() -> Iterator[Served]:
    """The small shop, served; nobody writes to it."""
    with served(small_shop.made()) as server:
        yield server


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a shop until the pages that show it are closed: one that still loads its icon would complain."""
    with ExitStack() as servers:
        yield lambda shop: servers.enter_context(served(shop))


@pytest.fixture
def open_page(browser: Browser, serve: Serve) -> Iterator[OpenPage]:
    """Opens an address as a reader with a language, a theme and a screen of their own."""
    contexts, wrong = [], []

    def open_(address: str, *, lang: str = "en", theme: str = "light", width: int = 1280, height: int = 900) -> Page:
        screen = {"width": width, "height": height}
        context = browser.new_context(viewport=screen, locale=lang, color_scheme=theme, has_touch=width < 600)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        home = "/".join(address.split("/")[:3])
        page.on("console", lambda said: wrong.extend(complaints(said)))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(home) else wrong.append(asked.url))
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def complaints(said: ConsoleMessage) -> list[str]:
    """What was said, and of which address, where it is a complaint."""
    return [f"{said.text} {said.location['url']}"] if said.type in ("error", "warning") else []
