"""The whole picture: heading, heads of the columns, lanes, footing, on a sheet as high as they need."""

from __future__ import annotations

from collections.abc import Sequence

from periplo.drawing.shapes import rect, rule
from periplo.drawing.svg import el, group, num, written
from periplo.drawing.theme import HUES, Theme
from periplo.drawing.typeface import font_css
from periplo.language import Lang, number, t
from periplo.maps.drawing.heading import HEAD, column_heads, footing, heading
from periplo.maps.drawing.lanes import lane
from periplo.maps.drawing.sheet import MARGIN, Block, Links, Sheet, columns
from periplo.maps.drawing.theme import style_sheet
from periplo.maps.reading import MapReading


def draw(
    reading: MapReading,
    lang: Lang,
    theme: Theme = "auto",
    links: Links | None = None,
    *,
    fonts: bool = True,
    prefix: str = "pm",
) -> str:
    """The map as one SVG document.

    ``links``: from the ref of a number to the page with the customers behind it; each number is then a link.
    ``fonts``: carry Roboto inside; leave it out in a page that has ``font_css()`` itself.
    ``prefix``: of the ids inside, for several pictures in one page.
    """
    sheet = sheet_of(reading, lang, links, prefix)
    top, heads, lanes, foot = parts(sheet)
    body = stacked(sheet, top, heads, lanes, Block(foot.height + 12, foot.shapes))
    return document(sheet, body, prefix, style_sheet(theme, font_css() if fonts else ""))


def sheet_of(reading: MapReading, lang: Lang, links: Links | None, prefix: str) -> Sheet:
    """The sheet a map is drawn on."""
    return Sheet(reading, lang, *columns(reading, HUES), links, prefix=prefix)


def parts(sheet: Sheet) -> tuple[Block, Block, list[Block], Block]:
    """The heading, the heads of the columns, the lanes, and the footing."""
    return heading(sheet), column_heads(sheet), [lane(one, sheet) for one in sheet.reading.lanes], footing(sheet)


def document(sheet: Sheet, body: Block, name: str, style: str) -> str:
    """One SVG document; ``name`` begins the ids of its title and description, which readers who do not see it hear."""
    title, about = _described(sheet.reading, sheet.lang)
    return el(
        "svg",
        el("title", written(title), id=f"{name}-title"),
        el("desc", written(about), id=f"{name}-about"),
        el("style", style) if style else "",
        rect(0, 0, sheet.width, body.height, "bg"),
        body.shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(sheet.width)} {num(body.height)}",
        width=num(sheet.width),
        height=num(body.height),
        class_="periplo-map",
        lang=sheet.lang,
        aria_labelledby=f"{name}-title {name}-about",
        role="group" if sheet.links else "img",
    )


def size(svg: str) -> tuple[float, float]:
    """Width and height of a drawn map, px."""
    box = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(box[2]), float(box[3])


def stacked(sheet: Sheet, top: Block, heads: Block, lanes: Sequence[Block], foot: Block) -> Block:
    """Everything below each other, the columns on their pale grounds."""
    y = top.height
    begin = y + HEAD
    rows = [group(heads.shapes, y=y)]
    y += heads.height
    for block in lanes:
        rows.append(group(block.shapes, y=y))
        y += block.height
    shapes = (top.shapes, _washes(sheet, begin, y), *rows, group(foot.shapes, y=y + 6))
    return Block(y + 6 + foot.height, "".join(shapes))


def _washes(sheet: Sheet, begin: float, end: float) -> str:
    """The pale ground of each column, and the line below the last lane."""
    grounds = (rect(column.x, begin, column.width, end - begin, f"w{column.hue}") for column in sheet.columns)
    return "".join(grounds) + rule(MARGIN, sheet.width - MARGIN, end)


def _described(reading: MapReading, lang: Lang) -> tuple[str, str]:
    """Title and description for readers who do not see the picture."""
    parts = [
        t(
            "{stage}: {entered} entered, {went_on} went on, {dropped} dropped, {open} still open",
            lang,
            stage=stage.label.tell(lang),
            entered=number(stage.entered, lang),
            went_on=number(stage.went_on, lang),
            dropped=number(stage.dropped, lang),
            open=number(stage.still_open, lang),
        )
        for stage in reading.stages
    ]
    about = f"{reading.evidence.tell(lang)}. {'; '.join(parts)}."
    if reading.simulated:
        about = f"{t('Simulated data', lang)}. {about}"
    return reading.title.tell(lang), about
