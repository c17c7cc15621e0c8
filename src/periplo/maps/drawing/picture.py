"""The whole picture: heading, heads of the columns, lanes, footing, on a sheet as high as they need."""

from __future__ import annotations

from periplo.language import Lang, number, t
from periplo.maps.drawing.heading import HEAD, column_heads, footing, heading
from periplo.maps.drawing.lanes import lane
from periplo.maps.drawing.shapes import rect, rule
from periplo.maps.drawing.sheet import MARGIN, USUAL, Block, Links, Sheet, columns
from periplo.maps.drawing.svg import el, group, num, written
from periplo.maps.drawing.theme import HUES, Theme, style_sheet
from periplo.maps.drawing.typeface import font_css
from periplo.maps.reading import MapReading

PAD = 11.0


def draw(
    reading: MapReading,
    lang: Lang,
    theme: Theme = "auto",
    links: Links | None = None,
    *,
    width: float = USUAL,
    pad: float = PAD,
    dense: bool = False,
    fonts: bool = True,
    prefix: str = "pm",
) -> str:
    """The map as one SVG document.

    ``links``: from the ref of a number to the page with the customers behind it; each number is then a link.
    ``width``: px; narrower than the stages need, it grows. ``pad``: px above and below each lane. ``dense``: a little
    lower, for paper.
    ``fonts``: carry Roboto inside; leave it out in a page that has ``font_css()`` itself.
    ``prefix``: of the ids inside, for several pictures in one page.
    """
    needed, made = columns(reading, width, HUES)
    sheet = Sheet(reading, lang, needed, made, links, pad=pad, dense=dense, prefix=prefix)
    body = _body(sheet)
    title, about = _described(reading, lang)
    names = {"aria_labelledby": f"{prefix}-title {prefix}-about", "role": "group" if links else "img"}
    return el(
        "svg",
        el("title", written(title), id=f"{prefix}-title"),
        el("desc", written(about), id=f"{prefix}-about"),
        el("style", style_sheet(theme, font_css() if fonts else "")),
        rect(0, 0, needed, body.height, "bg"),
        body.shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(needed)} {num(body.height)}",
        width=num(needed),
        height=num(body.height),
        class_="periplo-map",
        lang=lang,
        **names,
    )


def size(svg: str) -> tuple[float, float]:
    """Width and height of a drawn map, px."""
    box = svg.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return float(box[2]), float(box[3])


def _body(sheet: Sheet) -> Block:
    top = heading(sheet)
    heads = column_heads(sheet)
    y = top.height
    begin = y + HEAD
    rows = [group(heads.shapes, y=y)]
    y += heads.height
    for reading in sheet.reading.lanes:
        block = lane(reading, sheet)
        rows.append(group(block.shapes, y=y))
        y += block.height
    end = y
    foot = footing(sheet)
    shapes = (top.shapes, _washes(sheet, begin, end), *rows, group(foot.shapes, y=y + 6))
    return Block(y + 6 + foot.height + 12, "".join(shapes))


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
