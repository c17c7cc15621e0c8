"""The Spanish drawing is Spanish: nothing of the English one is left in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import periplo.maps
from given import given
from periplo.analysis import Journeys
from periplo.language.catalogue import spanish
from periplo.maps import MapDefinition, MapReading, draw, read, templates
from periplo.maps.labels import _CAPTIONS, _NAMES
from support_pictures import SVG, parsed

ROOM = Path(periplo.maps.__file__).parent
TELLING = {"translated", "bad_map", "_problem", "unknown_name"}


def spoken() -> list[tuple[str, str]]:
    """The texts that our own helpers tell, and where: they look like sentences or begin with a place."""
    found = []
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
            if isinstance(node, ast.Call) and name in TELLING:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                found += [(path.name, text) for text in texts]
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {"why", "fix", "what"}:
                found += [(path.name, value.value) for value in ast.walk(node) if isinstance(value, ast.Constant)]
    return [(name, text) for name, text in found if text and isinstance(text, str)]


def test_every_text_of_our_helpers_has_its_spanish() -> None:
    assert len(spoken()) > 20
    assert [entry for entry in spoken() if entry[1] not in spanish()] == []
    assert [text for text in (*_NAMES.values(), *_CAPTIONS.values()) if text not in spanish()] == []


@pytest.mark.parametrize("simulated", [True, False])
def test_no_english_is_left_in_the_spanish_drawing(make_reading: Callable[..., MapReading], simulated: bool) -> None:
    reading = make_reading(simulated=simulated)
    english, other = (words_of(draw(reading, lang, fonts=False)) for lang in ("en", "es"))
    same = {text for text in english & other if re.search(r"[A-Za-z]{2}", text)}
    assert {text for text in same if not re.fullmatch(r"[\d ,.dhs]*(min)?", text)} <= {"Web", "App", "Periplo"}


@pytest.mark.parametrize("name", templates())
def test_no_english_is_left_in_the_spanish_drawing_of_a_template(name: str) -> None:
    lines = ("A1 V2 C3 O4 X5", "V1 O2 O3 R4")
    names = {"A": "Ad Clicked", "V": "Product Viewed", "C": "Cart Viewed", "O": "Order Completed"}
    names |= {"X": "Order Cancelled", "R": "Product Reviewed"}
    reading = read(Journeys(given(*lines, names=names), currency="EUR"), MapDefinition.load(name))
    english, other = (words_of(draw(reading, lang, fonts=False)) for lang in ("en", "es"))
    same = {text for text in english & other if re.search(r"[A-Za-z]{3}", text)}
    assert same <= {"Web", "Periplo", "CRM", "Marketing"}


def words_of(svg: str) -> set[str]:
    return {"".join(text.itertext()) for text in parsed(svg).iter(f"{SVG}text")}
