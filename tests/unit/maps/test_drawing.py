"""The drawing holds whatever it is given: nothing overlaps, leaves its column, is lost or let through."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import support_maps
from maps_cases import CASES, EVENT, HOSTILE, LONG, stages
from periplo.drawing.colours import contrast
from periplo.drawing.text import BODY, ELLIPSIS, SMALL, STRONG, shorten, wrap
from periplo.drawing.theme import HUES
from periplo.drawing.typeface import font_css, roboto_has, width
from periplo.language import LANGUAGES, Lang
from periplo.maps import MapReading, draw
from periplo.maps.drawing.icons import _PATHS
from periplo.maps.drawing.sheet import MARGIN, columns
from periplo.maps.drawing.theme import PALETTES, TEXT_ON
from periplo.maps.model import COMPUTED, WRITTEN
from periplo.maps.words import Words
from support_pictures import SVG, overlaps, parsed, picture_size, texts

Make = Callable[..., MapReading]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_no_text_overlaps_or_leaves_the_picture(make_reading: Make, case: str, lang: Lang) -> None:
    svg = draw(make_reading(**CASES[case]), lang, "light", fonts=False)
    boxes = texts(parsed(svg))
    across, down = picture_size(svg)
    assert not overlaps(boxes)
    outside = [box for box in boxes if box.left < MARGIN - 8 or box.right > across - MARGIN + 8 or box.bottom > down]
    assert not outside


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_every_cell_stays_in_its_column(make_reading: Make, case: str, lang: Lang) -> None:
    reading = make_reading(**CASES[case])
    _, made = columns(reading, HUES)
    place = {column.stage: column for column in made}
    root = parsed(draw(reading, lang, "light", fonts=False))
    cells = [found for found in root.iter(f"{SVG}g") if found.get("data-stage") and found.get("data-lane")]
    assert cells
    for cell in cells:
        column = place[cell.get("data-stage", "")]
        for box in texts(cell):
            assert column.x <= box.left, box
            assert box.right <= column.x + column.width + 0.5, box


def test_hostile_names_are_text_and_nothing_else(make_reading: Make) -> None:
    svg = draw(make_reading(stages=stages(6, lambda n: HOSTILE)), "en", links=lambda ref: f'/?a=1&ref={ref}"<')
    root = parsed(svg)
    assert not list(root.iter(f"{SVG}script"))
    assert "<script" not in svg
    assert "\u202e" not in svg
    assert any("<script>" in text for text in root.itertext())


def test_each_number_is_a_link_to_its_customers(make_reading: Make) -> None:
    reading = make_reading()
    refs = {item.ref for lane in reading.lanes for cell in lane.cells for item in cell.items if item.ref}
    refs |= {f"stage/{s.id}/{what}" for s in reading.stages for what in ("customers", "entered", "went_on", "dropped")}
    root = parsed(draw(reading, "en", links=lambda ref: f"/customers?ref={ref}", fonts=False))
    links = {a.get("data-ref"): a.get("href") for a in root.iter(f"{SVG}a")}
    assert refs <= set(links)
    assert all(href == f"/customers?ref={ref}" for ref, href in links.items())
    assert root.get("role") == "group"
    unlinked = parsed(draw(reading, "en", fonts=False))
    assert not list(unlinked.iter(f"{SVG}a"))
    assert refs <= {g.get("data-ref") for g in unlinked.iter(f"{SVG}g")}


def test_readers_who_do_not_see_the_picture_hear_it(make_reading: Make) -> None:
    root = parsed(draw(make_reading(simulated=True), "es", fonts=False))
    assert root.get("role") == "img"
    title, about = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert about is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {about.get('id')}"
    assert title.text == "El recorrido de nuestros clientes"
    assert "Datos simulados" in (about.text or "")
    assert "Compra: 6.910 entraron, 4.350 siguieron" in (about.text or "")


def test_simulated_data_wear_a_badge(make_reading: Make) -> None:
    assert ">Simulated data<" in draw(make_reading(simulated=True), "en", fonts=False)
    assert "Simulated data" not in draw(make_reading(), "en", fonts=False)


def test_the_way_back_is_drawn_when_somebody_came_back(make_reading: Make) -> None:
    assert "402 came back for another voyage" in draw(make_reading(), "en", fonts=False)
    alone = ((10, 4, 3), (4, 0, 4))
    assert "another voyage" not in draw(make_reading(stages=stages(2, "S{}".format), flow=alone), "en", fonts=False)


def test_names_of_key_figures_are_not_cut(make_reading: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(support_maps.FIGURES, "orders", Words(en="Channel changes per customer", es="Cambios"))
    svg = draw(make_reading(), "en", fonts=False)
    assert ">Channel changes per<" in svg
    assert ">customer<" in svg


def test_every_lane_has_an_icon() -> None:
    assert {*COMPUTED, *WRITTEN, "note"} == set(_PATHS)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_reaches_aa_on_every_ground(theme: str) -> None:
    palette = PALETTES[theme]  # type: ignore[index]
    weak = {pair: contrast(palette[pair[0]], palette[pair[1]]) for pair in TEXT_ON}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_that_mean_something_reach_three_to_one(theme: str) -> None:
    palette = PALETTES[theme]  # type: ignore[index]
    inks = [*(f"a{n}" for n in range(1, HUES + 1)), "drop", "open"]
    assert {
        ink: contrast(palette[ink], palette["bg"]) for ink in inks if contrast(palette[ink], palette["bg"]) < 3
    } == {}


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_colours_of_every_shape_are_defined(make_reading: Make) -> None:
    used = set(re.findall(r"\b[fsc]-([a-z0-9-]+)", draw(make_reading(simulated=True), "en", "light", fonts=False)))
    assert used <= set(PALETTES["light"])
    assert set(PALETTES["light"]) == set(PALETTES["dark"])


def test_a_fixed_theme_needs_no_variables(make_reading: Make) -> None:
    fixed = draw(make_reading(), "en", "dark")
    assert "var(" not in fixed
    assert "@media" not in fixed
    following = draw(make_reading(), "en", "auto")
    assert "prefers-color-scheme:dark" in following
    assert "[data-theme=dark]" in following


def test_the_picture_loads_nothing(make_reading: Make) -> None:
    svg = draw(make_reading(), "en")
    assert set(re.findall(r"https?://[^\"' ]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"url\((?!#|data:)", svg) == []


def test_ids_are_unique_and_found(make_reading: Make) -> None:
    svg = draw(make_reading(), "en", fonts=False, prefix="other")
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)
    assert all(name.startswith("other-") for name in ids)


def test_drawing_twice_gives_the_same(make_reading: Make) -> None:
    assert draw(make_reading(), "es") == draw(make_reading(), "es")


def test_a_text_is_measured_as_roboto_sets_it() -> None:
    assert width("0", 2048) == 1151  # the advance of a digit in Roboto Regular, of 2048 units
    assert width("Hello", 20) < width("Hello", 20, "medium")
    assert width("🎉", 10) > 10
    assert width("e\u0301", 10) == width("e", 10)


def test_what_does_not_fit_is_cut_with_an_ellipsis() -> None:
    assert shorten("Awareness", BODY, 500) == "Awareness"
    cut = shorten(EVENT, BODY, 120)
    assert cut.endswith(ELLIPSIS)
    assert BODY.width(cut) <= 120
    assert shorten("W", BODY, 1) == ""


@pytest.mark.parametrize("text", [EVENT, LONG, f"a {LONG} b", "  spaces \n and   lines  ", "", "ab"])
@pytest.mark.parametrize("most", [40, 90, 170])
def test_wrapped_lines_fit(text: str, most: int) -> None:
    rows = wrap(text, STRONG, most, 3)
    assert len(rows) <= 3
    assert all(STRONG.width(row) <= most for row in rows)
    whole = wrap(text, SMALL, most, 100)
    assert "".join(whole).replace(" ", "") == "".join(text.split())


def test_the_carried_font_has_what_both_languages_need() -> None:
    assert font_css().count("@font-face") == 2
    assert len(font_css()) < 60_000
    assert roboto_has("¿Descubrimiento? «Fidelización» €1,234.56 – n 12 % …")
    assert not roboto_has("🎉")
