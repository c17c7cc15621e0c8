"""The tracking plan: ours is whole, a shop's own lies over it, and each violation names its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.collect.plan.files import load
from periplo.errors import BadPlan
from periplo.vocabulary import taxonomy

OURS = load(Path("nowhere"), taxonomy())


def look(event: str, properties: Any, folder: Path | None = None) -> tuple[str, str] | None:
    plan = load(folder, taxonomy()) if folder else OURS
    message = {"type": "track", "event": event, "properties": properties}
    found = plan.look(json.dumps(message).encode())
    return None if found is None else (found.rule.name, found.path)


def test_all_events_of_ecommerce_v2_are_planned() -> None:
    first = list(taxonomy().events)[:28]
    assert first[-1] == "Product Reviewed"
    assert set(OURS.schemas) >= set(first)
    assert set(OURS.schemas) <= set(taxonomy().events)
    assert OURS.versions == ("ecommerce-v2 2", "periplo 1")


@pytest.mark.parametrize(
    ("event", "properties", "found"),
    [
        ("Product Viewed", {"product_id": "p1", "price": 3.5, "anything": [1]}, None),
        ("Product Viewed", {"product_id": 7, "price": None}, None),
        ("Product Viewed", {}, ("plan_lacks", "properties.product_id")),
        ("Product Viewed", None, ("plan_lacks", "properties.product_id")),
        ("product_viewed", {"price": 3}, ("plan_lacks", "properties.product_id")),
        ("Product Viewed", {"product_id": "p1", "price": "3.5"}, ("plan_type", "properties.price")),
        ("Product Viewed", "text", ("plan_type", "properties")),
        ("Order Completed", {"order_id": "o", "currency": "euros"}, ("plan_value", "properties.currency")),
        (
            "Order Completed",
            {"order_id": "o", "products": [{"product_id": "a"}, {"price": 1}]},
            ("plan_lacks", "properties.products.1.product_id"),
        ),
        ("Coupon Applied", {"discount": 3}, ("plan_value", "properties")),
        ("view_item", {"items": []}, None),
        ("Something Else", {"x": object}, None),
    ],
)
def test_what_is_not_as_planned_is_named_with_its_place(event: str, properties: Any, found: Any) -> None:
    shown = json.loads(json.dumps(properties, default=str))
    assert look(event, shown) == found


def test_other_calls_and_what_cannot_be_read_are_left_to_others() -> None:
    for raw in (b"{", b"[]", b'{"type": "page"}', b'{"type": "track", "event": 7}', b'{"event": "Product Viewed"}'):
        assert OURS.look(raw) is None
    assert OURS.look(b'{"event": "Product Viewed"}', "track") is not None


def test_a_shops_own_plan_lies_over_ours(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "plan: own\nversion: 3\nevents:\n"
        "  Product Viewed: {required: [product_id, margin], properties: {margin: {type: number}}}\n"
        "  Product Reviewed: null\n"
        "  Store Finder Opened: {required: [city]}\n",
        "utf-8",
    )
    (tmp_path / "more.json").write_text('{"events": {"Gift Wrapped": {"properties": {"paper": {"enum": ["red"]}}}}}')
    assert look("Product Viewed", {"product_id": "p"}, tmp_path) == ("plan_lacks", "properties.margin")
    assert look("Product Viewed", {"product_id": "p", "margin": 1, "price": "x"}, tmp_path) == (
        "plan_type",
        "properties.price",
    )
    assert look("Product Reviewed", {}, tmp_path) is None
    assert look("Store Finder Opened", {}, tmp_path) == ("plan_lacks", "properties.city")
    assert look("Gift Wrapped", {"paper": "blue"}, tmp_path) == ("plan_value", "properties.paper")
    assert load(tmp_path, taxonomy()).versions == ("ecommerce-v2 2", "periplo 1", "more.json", "own 3")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("events: [", "while parsing"),
        ("- 1", "no “events”"),
        ("events: 3", "no “events”"),
        ("evnts: {}", "“evnts”"),
        ("events: {A: {type: nonsense}}", "“A” is none"),
        ("events: {A: 3}", "“A” has no schema"),
    ],
)
def test_a_plan_that_cannot_be_used_is_refused_with_the_place(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "own.yaml").write_text(text, "utf-8")
    with pytest.raises(BadPlan, match=problem):
        load(tmp_path, taxonomy())


VALUES = st.one_of(st.none(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3), st.booleans())
NAMES = st.sampled_from(["product_id", "price", "quantity", "order_id", "currency", "products", "query"])
PROPERTIES = st.dictionaries(NAMES, VALUES | st.lists(st.dictionaries(NAMES, VALUES, max_size=2), max_size=2))


@given(st.sampled_from(sorted(OURS.schemas)), PROPERTIES)
def test_another_validator_judges_the_same(event: str, properties: dict[str, Any]) -> None:
    told = {name: value for name, value in properties.items() if value is not None}
    schema = {"type": "object", **OURS.schemas[event], "$defs": OURS.definitions}
    expected = jsonschema.Draft202012Validator(schema).is_valid(told)
    assert (look(event, properties) is None) == expected
