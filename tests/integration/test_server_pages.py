"""The pages over a real shop, as a reader without script sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from litestar.testing import TestClient

import small_shop
from periplo.server import create_app
from periplo.workspace import Filters, Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with Shop.open(small_shop.made()) as opened:
        yield opened


@pytest.fixture
def client(shop: Shop) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as opened:
        yield opened


def page(client: TestClient[Any], path: str, status: int = 200, lang: str = "en", **query: Any) -> str:
    answer = client.get(path, params=query, headers={"Accept-Language": lang, "Accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text
    return answer.text


def shown(text: str) -> dict[str, str]:
    """The numbers of the map that open something: reference -> what stands there."""
    svg = text[text.index("<svg xmlns") : text.index("</svg>", text.index("<svg xmlns")) + 6]
    links = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}a")
    found: dict[str, str] = {}
    for link in links:
        found.setdefault(link.get("data-ref", ""), " ".join("".join(link.itertext()).split()))
    return found


def test_the_map_page_shows_the_numbers_of_the_shop(client: TestClient[Any], shop: Shop) -> None:
    text = page(client, "/")
    assert "<title>Faro · Periplo</title>" in text
    assert "Simulated data" in text
    for stage in shop.read_map().stages:
        assert shown(text)[f"stage/{stage.id}/entered"].startswith(str(stage.entered))
    assert "€82.40" in text


def test_filters_stand_in_the_address_and_in_every_link(client: TestClient[Any], shop: Shop) -> None:
    text = page(client, "/", channel="app", period="90d", segment="buyers")
    assert '<option value="app" selected>' in text
    assert '<option value="buyers" selected>' in text
    assert "/?period=30d&amp;segment=buyers&amp;channel=app" in text
    assert "/customers?period=90d&amp;segment=buyers&amp;channel=app&amp;ref=stage/loyalty/entered" in text
    assert "/map/pdf?period=90d&amp;segment=buyers&amp;channel=app" in text
    loyalty = shop.read_map(filters=Filters(channel="app", segment="buyers")).stages[4]
    assert shown(text)["stage/loyalty/entered"].startswith(str(loyalty.entered))


def test_own_days_leave_the_presets(client: TestClient[Any]) -> None:
    text = page(client, "/", since="2026-01-10", until="2026-02-28")
    assert 'name="since"' in text
    assert 'value="2026-01-10"' in text
    assert 'value="2026-02-28"' in text
    assert "aria-current" not in text


def test_every_link_on_the_map_leads_to_its_customers(client: TestClient[Any]) -> None:
    for link in sorted(set(re.findall(r'href="(/customers\?[^"]+)"', page(client, "/", period="90d")))):
        listed = client.get(unescape(link))
        assert listed.status_code == 200, link
        title = re.findall(r'<h1>.*?</h1>\s*<p class="quiet">(.*?)</p>', listed.text)[0]
        assert not re.match("(stage|kpi|transition) ", title), link


def test_from_a_number_to_its_customers_to_a_journey(client: TestClient[Any], shop: Shop) -> None:
    text = page(client, "/customers", lang="es", ref="stage/loyalty/entered")
    assert "<h1>1 cliente</h1>" in text
    assert "Fidelización · entraron" in text
    number = shop.customer_number("ana@example.com")
    assert f'href="/customers/{number}"' in text
    person, _, journey = page(client, f"/customers/{number}", lang="es").partition("El recorrido")
    assert journey.index("Clic en anuncio") < journey.index("Pedido completado")
    assert "49,90 €" in journey.replace("\xa0", " ")
    assert "lunes" in journey
    assert "22 ene 2026" in journey  # half past midnight in Madrid
    assert "ana@example.com" in person


def test_lists_are_sorted_and_paged(client: TestClient[Any]) -> None:
    text = page(client, "/customers", sort="spent")
    assert 'aria-sort="descending"><a href="/customers?sort=spent&amp;order=up">Spent' in text
    assert text.index("69.90") < text.index("12.50")
    assert "1 to 6 of 6" in text
    assert "Nobody is behind" in page(client, "/customers", page="2")


def test_what_customers_send_cannot_become_markup(client: TestClient[Any], shop: Shop) -> None:
    attacker = shop.customer_number(small_shop.ATTACK)
    for text in (page(client, "/customers"), page(client, f"/customers/{attacker}"), page(client, "/")):
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in page(client, f"/customers/{attacker}")
    assert "<script>alert" not in page(client, "/customers", status=400, ref=small_shop.ATTACK)
    assert "<script>alert" not in page(client, "/", status=400, since=small_shop.ATTACK)


def test_the_reader_chooses_language_and_theme(client: TestClient[Any]) -> None:
    assert '<html lang="es">' in page(client, "/", lang="es-ES,en;q=0.5")
    assert '<html lang="en">' in page(client, "/", lang="de")
    gone = client.post("/reader", data={"lang": "es", "back": "/customers?page=1"}, follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/customers?page=1")
    assert "HttpOnly" in gone.headers["set-cookie"]
    client.post("/reader", data={"theme": "dark", "back": "/"})
    assert '<html lang="es" data-theme="dark">' in page(client, "/", lang="en")


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb", ""])
def test_the_choice_does_not_lead_elsewhere(client: TestClient[Any], back: str) -> None:
    gone = client.post("/reader", data={"lang": "es", "back": back}, follow_redirects=False)
    assert gone.headers["location"] == "/"


def test_a_choice_that_does_not_exist_changes_nothing(client: TestClient[Any]) -> None:
    gone = client.post("/reader", data={"lang": "xx", "theme": "pink"}, follow_redirects=False)
    assert "set-cookie" not in gone.headers
    client.cookies.set("periplo_lang", "xx")
    client.cookies.set("periplo_theme", 'pink"><script>')
    assert '<html lang="en">' in page(client, "/")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/nothing", 404, "No hay nada en esta dirección."),
        ("/customers/987654", 404, "No hay ningún cliente con el número 987654."),
        ("/?since=ayer", 400, "«since» admite un día, no «ayer»."),
        ("/?channel=wev", 400, "¿Quería decir «web»?"),
        ("/customers?page=0", 400, "El mínimo es 1."),
        ("/customers?sort=nombre", 400, "criterio de orden"),
        ("/map/docx", 400, "formato"),
        ("/reader", 405, "no admite ese tipo de petición"),
    ],
)
def test_errors_are_friendly_pages(client: TestClient[Any], path: str, status: int, said: str) -> None:
    answer = client.get(path, headers={"Accept-Language": "es", "Accept": "text/html"})
    assert answer.status_code == status
    assert said in unescape(answer.text)
    assert 'href="/"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_our_own_fault_is_told_without_details(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Shop):
        def version(self) -> str:
            raise ZeroDivisionError("secret detail")

    app = create_app(Broken(shop.path, shop.settings))
    with TestClient(app, base_url="http://shop.localhost", raise_server_exceptions=False) as client:
        text = page(client, "/", status=500)
        told = client.get("/api/v1/shop").json()["error"]
    assert "Something went wrong on our side." in text
    assert "secret" not in text + str(told)
    assert told["code"] == "internal"
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("svg", b"<svg"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("html", b"<!doctype html"),
        ("csv", b""),
        ("json", b"{"),
        ("mmd", b""),
    ],
)
def test_the_map_can_be_taken_away(client: TestClient[Any], kind: str, begins: bytes) -> None:
    answer = client.get(f"/map/{kind}", params={"channel": "web"})
    assert answer.status_code == 200
    assert answer.content.lstrip(b"\xef\xbb\xbf").lower().startswith(begins.lower())
    assert len(answer.content) > 100
    assert answer.headers["content-disposition"] == f'attachment; filename="faro.{kind}"'


def test_the_api_has_a_page_of_its_own(client: TestClient[Any]) -> None:
    text = page(client, "/api", lang="es")
    assert "GET /api/v1/funnel" in text
    assert "API para desarrolladores" in text


def test_an_empty_shop_says_how_to_fill_it_and_fills_by_itself(tmp_path: Path) -> None:
    with (
        Shop.create(tmp_path / "new") as shop,
        TestClient(create_app(shop), base_url="http://shop.localhost") as client,
    ):
        assert "periplo import FILE --into" in page(client, "/")
        assert client.get("/api/v1/shop").json()["since"] is None
        assert "Nobody is behind" in page(client, "/customers")
        shop.record(small_shop.events())
        text = page(client, "/")
    assert "periplo import" not in text
    assert shown(text)["stage/loyalty/entered"].startswith("1")


def test_a_view_without_events_says_so(client: TestClient[Any]) -> None:
    assert "Nothing happened in this view." in page(client, "/", since="2026-02-01", until="2026-02-02")


def test_error_pages_keep_the_shop_and_show_the_way(client: TestClient[Any]) -> None:
    text = page(client, "/customers/987654", status=404)
    assert "<span>Faro</span>" in text
    assert '<a class="button strong" href="/customers">To the customers</a>' in text


def test_strangers_do_not_learn_the_name_of_the_shop(shop: Shop) -> None:
    with TestClient(create_app(shop, local=False), base_url="http://shop.localhost") as client:
        assert "Faro" not in page(client, "/", status=401)
        assert "Faro" not in page(client, "/nothing", status=404)
    with TestClient(create_app(shop), base_url="http://evil.example") as client:
        assert "Faro" not in page(client, "/", status=421)
