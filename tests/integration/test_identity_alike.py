"""Customers who look alike are suggested, by splink itself; nothing is joined by it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from periplo.errors import MissingExtra
from periplo.workspace import Shop
from support_events import event

PEOPLE: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"user_id": "ana", "email": "ana.lopez@x.es"}, {"name": "Ana López García", "address": {"street": "Mayor 5"}}),
    ({"loyalty_card": "77"}, {"firstName": "Ana", "lastName": "Lopez García", "address": {"street": "Mayor, 5"}}),
    ({"user_id": "luis", "email": "luis@x.es"}, {"name": "Luis Pérez", "address": {"street": "Gran Vía 3"}}),
    ({"user_id": "luisa", "email": "luisa@z.es"}, {"name": "Luisa Prieto", "address": {"street": "Plaza Nueva 9"}}),
    ({"user_id": "eva"}, {}),
]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    opened = Shop.open(tmp_path / "shop", create=True)
    made = [
        event(f"e{n}", "Customer Identified", type="identify", properties=json.dumps(told), **known)
        for n, (known, told) in enumerate(PEOPLE)
    ]
    opened.record(made)
    return opened


def test_those_who_look_alike_are_suggested_and_not_joined(shop: Shop) -> None:
    pairs = shop.identities.alike()
    assert [(one.one, one.other) for one in pairs] == [(("user_id", "ana"), ("loyalty_card", "77"))]
    assert pairs[0].probability > 0.95
    assert pairs[0].alike == ["name", "address"]
    assert shop.journeys().columns.customers == len(PEOPLE)


def test_a_dismissed_pair_is_not_shown_again(shop: Shop) -> None:
    shop.identities.decide("dismiss", "ana", "77")
    assert shop.identities.alike() == []


def test_a_merged_pair_is_one_record(shop: Shop) -> None:
    shop.identities.decide("merge", "ana", "77")
    assert shop.identities.alike() == []


def test_without_the_extra_it_is_said_what_to_install(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(MissingExtra, match=r"periplo\[linkage\]"):
        shop.identities.alike()
