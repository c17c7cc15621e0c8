"""The map on paper: large enough to read, nothing cut, nothing lost, the heads on every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import chain

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from maps_cases import CASES
from periplo.drawing.text import STYLES
from periplo.language import LANGUAGES, Lang
from periplo.maps import MapReading, draw, pages
from periplo.maps.drawing.pages import RATIO, evenly, paper
from periplo.maps.files.paper import SIZES
from support_pictures import SVG, overlaps, parsed, picture_size, texts

Make = Callable[..., MapReading]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_every_page_is_a_sheet_on_which_nothing_overlaps(make_reading: Make, case: str, lang: Lang) -> None:
    for page in pages(make_reading(**CASES[case]), lang):
        across, down = picture_size(page)
        boxes = texts(parsed(page))
        assert across / down == pytest.approx(RATIO, abs=0.001)
        assert not overlaps(boxes)
        assert not [box for box in boxes if box.right > across or box.bottom > down]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_all_lanes_stand_once_and_whole_below_the_heads(make_reading: Make, case: str, lang: Lang) -> None:
    reading = make_reading(**CASES[case])
    found = [parsed(page) for page in pages(reading, lang)]
    lanes = [lane.get("data-lane") for root in found for lane in root.iter(f"{SVG}g") if lane.get("class") == "lane"]
    assert lanes == [lane.id for lane in reading.lanes]
    for root in found:
        heads = [head.get("data-stage") for head in root.iter(f"{SVG}g") if head.get("class") == "stage"]
        assert heads == [stage.id for stage in reading.stages]
    whole, there = (
        sorted(box.text for box in chain.from_iterable(texts(root) for root in roots))
        for roots in ([parsed(draw(reading, lang, fonts=False))], found)
    )
    assert set(whole) <= set(there)


def test_a_map_of_the_usual_size_is_read_on_a4_and_a_wide_one_on_a3(make_reading: Make) -> None:
    smallest = min(style.size for style in STYLES)
    for case, expected in (
        ("as usual", "a4"),
        ("three stages", "a4"),
        ("eight stages of long and strange names", "a3"),
    ):
        reading = make_reading(**CASES[case])
        width, _ = picture_size(pages(reading, "en")[0])
        assert paper(reading) == expected
        assert smallest * SIZES[expected][0] / width >= 7


def test_pages_share_a_document_with_the_picture(make_reading: Make) -> None:
    together = draw(make_reading(), "en", fonts=False) + "".join(pages(make_reading(), "en", style=False, prefix="p"))
    ids = re.findall(r' id="([^"]+)"', together)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", together)) <= set(ids)
    assert together.count("<style>") == 1


@settings(max_examples=200, deadline=None)
@for_all(st.lists(st.floats(1, 120), min_size=1, max_size=20), st.floats(20, 100), st.floats(20, 100))
def test_blocks_are_split_in_order_on_no_more_pages_than_needed(
    heights: list[float], first: float, later: float
) -> None:
    split = evenly(heights, first, later)
    assert [place for page in split for place in page] == list(range(len(heights)))
    assert all(split)
    for number, page in enumerate(split):
        assert len(page) == 1 or sum(heights[place] for place in page) <= (later if number else first) + 1e-9
    assert len(split) == fewest(heights, first, later)


def fewest(heights: list[float], first: float, later: float) -> int:
    """The pages of filling each as far as it goes."""
    count, free, empty = 1, first, True
    for height in heights:
        if height > free and not empty:
            count, free = count + 1, later
        free, empty = free - height, False
    return count


def test_pages_are_filled_about_alike() -> None:
    assert evenly([10] * 12, 100, 100) == [list(range(6)), list(range(6, 12))]
    assert evenly([10, 10], 100, 100) == [[0, 1]]
