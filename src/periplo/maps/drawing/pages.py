"""The picture on paper: sheets of A4 in landscape, the heads of the columns on each, every lane whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from periplo.drawing.text import SMALL, line, shorten
from periplo.language import Lang, day, t
from periplo.maps.drawing.picture import document, parts, sheet_of, stacked
from periplo.maps.drawing.sheet import MARGIN, USUAL, Block, Sheet
from periplo.maps.drawing.theme import style_sheet
from periplo.maps.reading import MapReading

RATIO = 2**0.5  # of all A papers
TOP = 20.0  # px above the heads of the columns
LINE = 34.0  # px of the line at the foot of each page
MOST = 14.0  # px of free height that a lane is given at most
STEPS = 12


def pages(reading: MapReading, lang: Lang, *, style: bool = True, prefix: str = "pm") -> list[str]:
    """The map as SVG documents, one for each page, in light colours.

    ``style``: carry the colours and sizes; leave it out beside a picture that has them. ``prefix``: as of ``draw``.
    """
    sheet = sheet_of(reading, lang, None, prefix)
    top, heads, lanes, foot = parts(sheet)
    height = sheet.width / RATIO
    room = height - LINE - heads.height - 6
    split = evenly([block.height for block in (*lanes, foot)], room - top.height, room - TOP)
    tops = [top, *(Block(TOP, "") for _ in split[1:])]
    made = []
    for number, (above, places) in enumerate(zip(tops, split, strict=True), 1):
        inside = [lanes[place] for place in places if place < len(lanes)]
        below = foot if len(lanes) in places else Block(0, "")
        free = height - LINE - above.height - heads.height - 6 - below.height - sum(block.height for block in inside)
        body = stacked(sheet, above, heads, _spread(inside, free), below)
        whole = max(height, body.height + LINE)
        shapes = body.shapes + _line(sheet, whole - 14, number, len(split))
        made.append(document(sheet, Block(whole, shapes), f"{prefix}-{number}", style_sheet("light") if style else ""))
    return made


def paper(reading: MapReading) -> Literal["a4", "a3"]:
    """The paper on which the smallest type is at least 7 pt high: A4, or A3 for many stages."""
    return "a4" if sheet_of(reading, "en", None, "").width <= USUAL else "a3"


def evenly(heights: Sequence[float], first: float, later: float) -> list[list[int]]:
    """Places of blocks by page: on as few pages as hold them in order, and those filled about alike.

    ``first`` and ``later`` are the room of the first page and of each other one; a block that is higher has its own.
    """
    best = _filled(heights, first, later)
    low, high = 0.0, later
    for _ in range(STEPS):
        less = (low + high) / 2
        found = _filled(heights, first - less, later - less)
        low, high, best = (less, high, found) if len(found) == len(best) else (low, less, best)
    return best


def _filled(heights: Sequence[float], first: float, later: float) -> list[list[int]]:
    split: list[list[int]] = [[]]
    free = first
    for place, height in enumerate(heights):
        if height > free and split[-1]:
            split.append([])
            free = later
        split[-1].append(place)
        free -= height
    return split


def _spread(lanes: Sequence[Block], free: float) -> list[Block]:
    """Lanes with some of the free height of their page below each."""
    more = min(max(free, 0.0) / max(len(lanes), 1), MOST)
    return [Block(block.height + more, block.shapes) for block in lanes]


def _line(sheet: Sheet, y: float, number: int, of: int) -> str:
    """What the page belongs to, and which of how many it is."""
    reading, lang = sheet.reading, sheet.lang
    proof = reading.evidence
    since, until = (day(moment, lang, proof.zone) for moment in (proof.since, proof.until))
    window = t("{since} to {until}", lang, since=since, until=until)
    told = [reading.title.tell(lang), window, reading.filters.tell(lang)]
    if reading.simulated:
        told.append(t("Simulated data", lang))
    page = t("Page {n} of {total}", lang, n=number, total=of)
    room = sheet.inner - SMALL.width(page) - 30
    named = shorten(" · ".join(text for text in told if text), SMALL, room)
    return line(MARGIN, y, named, SMALL, "muted") + line(sheet.width - MARGIN, y, page, SMALL, "muted", end=True)
