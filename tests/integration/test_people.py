"""One customer with all that is known: on the page, as JSON and in the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from msgspec.structs import replace
from typer.testing import CliRunner

import small_shop
from periplo.cli.main import app
from periplo.errors import UnknownName
from periplo.server import create_app
from periplo.workspace import Shop
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
