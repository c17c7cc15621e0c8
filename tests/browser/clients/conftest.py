"""A shop that is served, and a site of its own whose pages have an SDK on them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from periplo.workspace import Shop
from sdks import installed
from serving import Served, served

SCRIPTS = {
    "analytics-next.js": "@segment/analytics-next/dist/umd/index.js",
    "jitsu.js": "@jitsu/js/dist/jitsu.es.js",
    "posthog.js": "posthog-js/dist/module.no-external.js",
    "rudder.js": "@rudderstack/analytics-js/dist/npm/modern/bundled/esm/index.mjs",
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Site:
    """Files of a folder on the machine's own network, as a shop's web server has them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def write(self, name: str, page: str) -> str:
        """Puts a page there; its address."""
        (self.folder / name).write_text(page, "utf-8")
        return f"{self.address}/{name}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    for name, path in SCRIPTS.items():
        (folder / name).write_bytes((installed() / path).read_bytes())
    found = Site(folder)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(tmp_path_factory.mktemp("pages") / "shop", create=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def server(shop: Shop) -> Iterator[Served]:
    with served(shop.path) as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Of a visitor who was never here, far away. No script may fail."""
    wrong: list[str] = []
    context = browser.new_context(locale="es-ES", timezone_id="Pacific/Auckland")
    context.set_default_timeout(30_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []
