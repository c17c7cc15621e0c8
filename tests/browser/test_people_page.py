"""Signing in, inviting, joining and signing out in a real browser, by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import small_shop
from serving import OpenPage, Serve
from support_access import PASSWORD, peopled

pytestmark = pytest.mark.browser

UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, button, summary")].filter(
    e => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"""


def typed(page: Page, *texts: str) -> None:
    """Types into the field that has the focus, and the next ones, and sends the form."""
    for place, text in enumerate(texts):
        if place:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_people_sign_in_and_manage_with_the_keyboard(serve: Serve, open_page: OpenPage, tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    peopled(folder)
    server = serve(folder)
    page = open_page(f"{server.address}/sign-in", lang="es")
    expect(page.get_by_label("Contraseña")).to_have_attribute("type", "password")
    typed(page, "owner@shop.example", PASSWORD)
    expect(page.locator("#part")).to_be_visible()
    expect(page.get_by_role("button", name="Cerrar sesión")).to_be_visible()

    page.get_by_role("link", name="Personas").press("Enter")
    page.get_by_role("textbox", name="Correo").focus()
    typed(page, "nueva@shop.example")
    link = page.get_by_label("El enlace para nueva@shop.example").input_value()
    for path in ("/people", "/account", "/audit"):
        page.goto(f"{server.address}{path}")
        assert page.evaluate(UNNAMED) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    guest = open_page(link, theme="dark", width=390, height=800)
    typed(guest, "Nueva", "tres tristes tigres comen")
    expect(guest.locator("#part")).to_be_visible()
    guest.get_by_role("link", name="Nueva").press("Enter")
    guest.get_by_role("textbox", name="What it is for").focus()
    typed(guest, "Dashboard")
    assert guest.get_by_label("Your new token").input_value().startswith("periplo_")
    assert guest.evaluate("document.documentElement.scrollWidth <= innerWidth")
    guest.get_by_role("button", name="Sign out", exact=True).press("Enter")
    expect(guest.get_by_label("Password")).to_be_visible()
