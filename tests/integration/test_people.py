"""One customer with all that is known: on the page, as JSON and in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msgspec
import pytest
from litestar.testing import TestClient
from msgspec.structs import replace
from typer.testing import CliRunner

import small_shop
from periplo.cli.main import app
from periplo.errors import UnknownName
from periplo.server import create_app
from periplo.workspace import Shop
from searching import found_in
from small_shop import event

CHOICES = {"analytics": "granted", "marketing": {"email": "granted", "sms": "pending"}, "text_version": "2026-01"}
FIRST = {"name": "Ana Núñez", "city": "Soria"}
MORE = [
    event(
        "Customer Identified", "2026-01-05 10:08", type="identify", properties='{"name": "Ana Núñez", "city": "Soria"}'
    ),
    event("Customer Identified", "2026-01-25 10:08", type="identify", properties='{"city": "Cádiz"}'),
    event("Consent Updated", "2026-01-05 09:59", properties=json.dumps({"consents": CHOICES})),
    event("Unsubscribed", "2026-02-02 09:59", "email"),
    event("Order Refunded", "2026-01-28 09:00", "store", order_id="A-2", revenue_minor=500, currency="EUR"),
    event("Product Added", "2026-02-10 18:00", "app", product_id="sofa", anonymous_id="dev-77", device="mobile"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(small_shop.copied(tmp_path_factory.mktemp("people"))) as opened:
        opened.record([replace(one, user_id="ana") for one in MORE])
        yield opened


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            [
                "Ana Núñez",
                "partly refunded",
                "in the cart since 10 Feb 2026",
                "Marketing messages · SMS",
                "not answered",
            ],
        ),
        ("es", ["Cádiz", "reembolsado en parte", "en el carrito desde el 10 feb 2026", "Analítica", "Qué ha cambiado"]),
    ],
)
def test_the_page_shows_what_is_known(shop: Shop, lang: str, said: list[str]) -> None:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        text = client.get("/customers/1", headers={"Accept-Language": lang, "Accept": "text/html"}).text
    assert not [words for words in said if words not in text]


def test_the_same_profile_as_json(shop: Shop) -> None:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        served = client.get("/api/v1/customers/1").json()["profile"]
    asked = CliRunner().invoke(app, ["person", str(shop.path), "ana@example.com", "--json", "--events", "2"])
    told: dict[str, Any] = json.loads(asked.stdout)
    assert told["profile"] == served
    assert [one["event"] for one in told["events"]] == ["Unsubscribed", "Product Added"]
    assert {(one["purpose"], one["channel"], one["state"]) for one in served["consents"]} == {
        ("analytics", None, "granted"),
        ("marketing", "email", "denied"),
        ("marketing", "sms", "pending"),
    }
    assert [one["value"] for one in served["trait_history"]["city"]] == ["Soria", "Cádiz"]


def test_somebody_is_found_by_identifier_order_or_number(shop: Shop) -> None:
    numbers = {shop.customer_number(name) for name in ("ana", "Ana@Example.com", "A-2", "dev-77", "1")}
    assert numbers == {1}
    for nobody in ("nobody", "0", "999", "9" * 30):
        with pytest.raises(UnknownName):
            shop.customer_number(nobody)


def test_the_terminal_shows_it_too(shop: Shop) -> None:
    shown = CliRunner().invoke(app, ["person", str(shop.path), "ana"])
    assert shown.exit_code == 0
    assert all(words in shown.stdout for words in ("Ana Núñez", "Consent", "2026-01", "sofa", "partly refunded"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("nunez", "name"), ("NÚÑEZ ana", "name"), ("a-2", "order"), ("@example.com", "email"), ("dev-7", "anonymous_id")],
)
def test_a_customer_is_found_by_a_part_of_a_name(shop: Shop, text: str, kind: str) -> None:
    (found,) = shop.search(text)
    assert (found.number, found.name, found.kind) == (1, "ana", kind)
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        assert client.get("/api/v1/search", params={"q": text}).json()["found"] == msgspec.to_builtins([found])
        assert 'href="/customers/1"' in client.get("/search", params={"q": text}, headers={"Accept": "text/html"}).text
    told = json.loads(CliRunner().invoke(app, ["search", str(shop.path), text, "--json"]).stdout)
    assert told == {"found": msgspec.to_builtins([found])}


def test_nobody_is_found_kindly(shop: Shop) -> None:
    with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
        for text, said in (("zzz", "Nobody was found."), ("", "Find a customer"), ("<b>", "&lt;b&gt;")):
            assert said in client.get("/search", params={"q": text}, headers={"Accept": "text/html"}).text
    assert "Found: 0" in CliRunner().invoke(app, ["search", str(shop.path), "zzz"]).stdout


@pytest.mark.usefixtures("database")
def test_search_follows_what_comes_and_who_is_joined_parted_and_erased(tmp_path: Path) -> None:
    with Shop.open(small_shop.make(tmp_path)) as shop:
        told = event(
            "Customer Identified",
            "2026-03-02 10:00",
            type="identify",
            properties='{"firstName": "Iker", "lastName": "Ruiz"}',
        )
        assert shop.search("ruiz") == []
        shop.record([replace(told, user_id="iker"), replace(told, event_id="2", user_id="luis")])
        assert {one.number for one in shop.search("iker ruiz")} == {
            shop.customer_number(one) for one in ("iker", "luis")
        }
        shop.identities.decide("merge", "iker", "luis")
        assert [one.number for one in shop.search("ruiz")] == [shop.customer_number("luis")]
        assert Shop.open(shop.path).search("ruiz") == shop.search("ruiz"), "another process, from what is kept"
        shop.erase_person(shop.customer_number("luis"))
        assert shop.search("ruiz") == shop.search("luis") == shop.search("iker") == []


@pytest.mark.usefixtures("database")
def test_a_person_is_taken_out_and_erased_over_http(tmp_path: Path) -> None:
    with (
        Shop.open(small_shop.make(tmp_path)) as shop,
        TestClient(create_app(shop), base_url="http://shop.localhost") as client,
    ):
        taken = client.get("/api/v1/customers/1/export")
        assert taken.headers["content-type"] == "application/zip"
        assert json.loads(ZipFile(BytesIO(taken.content)).read("about.json"))["events"] == 9
        foreseen = client.get("/api/v1/customers/1/erasure").json()["foreseen"]
        assert (foreseen["events"], foreseen["identifiers"]["email"]) == (9, ["ana@example.com"])
        wrong = client.post("/api/v1/customers/1/erasure", json={"erase": 2})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "usage")
        done = client.post("/api/v1/customers/1/erasure", json={"erase": 1}).json()["erased"]
        assert client.get("/api/v1/erasures").json()["erasures"] == [done]
        assert client.get("/api/v1/customers/1").status_code == 404
        assert client.get("/api/v1/customers/1/export").status_code == 404
        again = client.post("/api/v1/customers/1/erasure", json={"erase": 1})
        assert (again.status_code, again.json()["error"]["code"]) == (404, "no_customer")
        noted = [(one.action, one.target) for one in shop.access.audit.list()]
        assert noted[:2] == [("erase_person", done["subject"]), ("export_person", "1")]
    assert not found_in(shop.path, ["ana@example.com", "Blue lamp"])
