"""A shop seen without names: the same numbers, and nobody to be recognised, by whatever door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner

from periplo.cli.main import app
from periplo.errors import UnknownName, UsageError
from periplo.server import create_app
from periplo.workspace import Shop
from support_erasing import PERSON, SECRETS, made

ALL = np.arange(38)
HARMLESS = {"zanahorias moradas"}
"""What was searched for is shown: it says nothing of the person."""
TOLD = [*(set(SECRETS) - HARMLESS), "bea@example.com", "bea-7", "B-1", "ana-event"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hidden"))


@pytest.fixture
def named(folder: Path) -> Iterator[Shop]:
    with Shop.open(folder) as opened:
        yield opened


def names_in(told: Any) -> list[str]:
    text = told if isinstance(told, str) else json.dumps(told, default=str, ensure_ascii=False)
    return [secret for secret in TOLD if secret.lower() in text.lower()]


def test_numbers_are_the_same_and_names_are_not(named: Shop) -> None:
    hidden, number = named.hidden(), named.customer_number(PERSON)
    assert hidden.journeys().kpis().to_dict() == named.journeys().kpis().to_dict()
    assert names_in(named.journeys().customers(ALL))
    pseudonyms = hidden.journeys().customers(ALL)
    assert not names_in(pseudonyms)
    assert pseudonyms == Shop.open(named.path).hidden().journeys().customers(ALL), "they stay the same"
    assert len(set(pseudonyms)) == len(pseudonyms)
    for by in ("email", "user_id", "order_id"):
        before, after = (shop.journeys().columns.properties.column(by) for shop in (named, hidden))
        assert names_in(before.values)
        assert not names_in(after.values)
        assert before.codes.tolist() == after.codes.tolist()
    assert hidden.customer_number(hidden.profile(number).name) == number


def test_a_profile_says_what_somebody_did_and_not_who(named: Shop) -> None:
    hidden, number = named.hidden(), named.customer_number(PERSON)
    for told in (hidden.profile(number), hidden.timeline(number).to_pylist(), hidden.identities.links(number)):
        assert not names_in(str(told))
    assert hidden.profile(number).orders == named.profile(number).orders
    assert len(hidden.timeline(number)) == len(named.timeline(number))
    with pytest.raises(UsageError, match="hidden"):
        hidden.search("ana")
    with pytest.raises(UnknownName):
        hidden.customer_number("ana.ruiz@example.com")
    assert names_in(hidden.export_person(number)["events.jsonl"].decode()), "what a person is handed is whole"


def test_a_reader_may_hide_names_on_pages_and_in_the_api(named: Shop) -> None:
    number = named.customer_number(PERSON)
    with TestClient(create_app(named), base_url="http://shop.localhost") as client:
        pages = ["/customers", f"/customers/{number}", "/api/v1/customers", f"/api/v1/customers/{number}"]
        assert all(names_in(client.get(page).text) for page in pages)
        client.post("/reader", data={"names": "hidden", "back": "/"}, follow_redirects=False)
        assert not [page for page in pages if names_in(client.get(page).text)]
        assert client.get("/search", params={"q": "ana"}).status_code == 400
        client.post("/reader", data={"names": "shown", "back": "/"}, follow_redirects=False)
        assert all(names_in(client.get(page).text) for page in pages)


def test_settings_hide_names_from_everybody(named: Shop, folder: Path) -> None:
    settings = folder / "periplo.toml"
    before = settings.read_text("utf-8")
    settings.write_text(before + "[privacy]\npseudonymous = true\n", "utf-8")
    try:
        with Shop.open(folder) as shop:
            number = named.customer_number(PERSON)
            told = CliRunner().invoke(app, ["person", str(folder), str(number), "--json"])
            assert json.loads(told.stdout)["profile"]["number"] == number
            assert not names_in(told.stdout)
            assert (
                CliRunner()
                .invoke(app, ["export-person", str(folder), PERSON, "--to", str(folder.parent / "x.zip")])
                .exit_code
                == 0
            )
            with TestClient(create_app(shop), base_url="http://shop.localhost") as client:
                page = client.get(f"/customers/{number}", headers={"Accept": "text/html"}).text
            assert not names_in(page)
            assert 'name="names"' not in page
    finally:
        settings.write_text(before, "utf-8")
