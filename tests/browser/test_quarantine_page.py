"""A refused event, in a real browser without a line of script of its own: found, mended, read again, in the journey."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

import small_shop
from periplo.workspace import Shop
from serving import OpenPage, Serve
from support_collect import basic, batch, track

pytestmark = pytest.mark.browser


def test_a_refused_event_is_mended_and_in_the_journey(serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    with Shop.open(folder) as shop:
        key = shop.sources.add("web").write_key
    server = serve(folder)
    wrong = track(1, event="", userId="ana", timestamp="2026-02-02T10:00:00Z")
    httpx.post(f"{server.address}/v1/batch", content=batch(wrong), headers=basic(key))
    page = open_page(f"{server.address}/", lang="es")
    page.get_by_role("link", name="Orígenes").click()
    expect(page.get_by_role("img", name="Eventos de cada uno de los últimos 28 días").first).to_be_visible()
    page.get_by_role("link", name="parse no_event_name").click()
    page.get_by_role("link", name="Una llamada track necesita el nombre de su evento.").click()
    page.get_by_label("event", exact=True).fill("Product Viewed")
    page.get_by_role("button", name="Guardar y volver a leer").first.click()
    expect(page.get_by_role("status")).to_contain_text("entró")
    page.goto(f"{server.address}/search?q=ana@example.com")
    page.get_by_role("link", name="ana", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="Producto visto")).to_have_count(2)  # it had one before

    narrow = open_page(f"{server.address}/quarantine", theme="dark", width=390, height=800)
    for path in ("/sources", "/quarantine"):
        narrow.goto(f"{server.address}{path}")
        assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
