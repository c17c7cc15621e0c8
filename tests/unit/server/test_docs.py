"""Every route, parameter and error code of the web door stands in its documentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import small_shop
from periplo.analysis import Journeys, questions
from periplo.server import create_app
from periplo.server.collect.described import paths as collecting
from periplo.server.faults import FAULTS, NAMED
from periplo.workspace import Shop
from support import ROOT

TEXT = (ROOT / "docs/reference/api.md").read_text("utf-8")


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    """All but the collecting door's, which have a reference of their own."""
    with Shop.open(small_shop.made()) as shop:
        described: dict[str, Any] = create_app(shop).openapi_schema.to_schema()["paths"]
    return {path: methods for path, methods in described.items() if path not in collecting()}


WHO = ("", "/customers", "/customers/stream")
ASKED = {f"/api/v1/{name.replace('_', '-')}{who}" for name in questions(Journeys) for who in WHO}


def routes(paths: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of every route."""
    for path, methods in paths.items():
        yield from ((path, method, methods[method]) for method in methods if method in ("get", "post"))


def test_every_question_has_its_route(paths: dict[str, Any]) -> None:
    assert set(paths) >= ASKED
    assert len(set(paths) - ASKED) == 28


def test_every_route_and_parameter_is_documented(paths: dict[str, Any]) -> None:
    for path, method, described in routes(paths):
        assert path in ASKED or f"`{method.upper()} {path}`" in TEXT
        for parameter in described.get("parameters", []):
            if parameter["in"] == "query":
                assert path in ASKED or f"`{parameter['name']}`" in TEXT
                assert parameter["description"]


def test_every_route_is_described(paths: dict[str, Any]) -> None:
    for _, _, described in routes(paths):
        assert described["summary"]
        assert described["description"]


@pytest.mark.parametrize(
    "code", [*(fault.code for fault in FAULTS.values()), *(fault.code for fault in NAMED), "bad_value"]
)
def test_every_code_of_the_door_is_documented(code: str) -> None:
    assert f"| `{code}` |" in TEXT
