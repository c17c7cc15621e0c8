"""A second factor in a real browser: set up on the account page, its code asked for at the next sign-in."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

import small_shop
from serving import OpenPage, Serve
from support_access import PASSWORD, peopled, phone

pytestmark = pytest.mark.browser


def test_people_sign_in_with_a_code_of_their_phone(serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    peopled(folder)
    server = serve(folder)
    page = open_page(f"{server.address}/sign-in", lang="es", width=390, height=800)

    def sign_in() -> None:
        page.get_by_label("Correo").fill("owner@shop.example")
        page.get_by_label("Contraseña").fill(PASSWORD)
        page.keyboard.press("Enter")

    sign_in()
    expect(page.locator("#part")).to_be_visible()
    page.get_by_role("link", name="Owner").click()
    page.get_by_role("link", name="Configurarlo").click()
    expect(page.get_by_role("img", name="Imagen para la aplicación")).to_be_visible()
    page.get_by_text("No puedo escanearlo").click()
    app = phone(base64.b32decode(page.locator(".key").inner_text().replace(" ", "")))
    page.get_by_label("Código de la aplicación").fill(app(time.time_ns() // 1_000))
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.get_by_role("link", name="Descargar").click()
    kept = Path(download.value.path()).read_text("utf-8")
    assert page.locator(".codes code").all_inner_texts() == kept.splitlines()[2:]
    page.get_by_role("link", name="Los he guardado").click()
    expect(page.get_by_text("Códigos de recuperación que quedan: 10")).to_be_visible()

    page.get_by_role("button", name="Cerrar sesión", exact=True).click()
    sign_in()
    expect(page.get_by_role("heading", name="Un paso más")).to_be_visible()
    page.keyboard.type(app(time.time_ns() // 1_000 + 30_000_000))  # each serves once, and the next one already
    page.keyboard.press("Enter")
    expect(page.locator("#part")).to_be_visible()
    page.get_by_role("link", name="Owner").click()
    expect(page.get_by_text("Códigos de recuperación que quedan: 10")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
