"""The map on paper and as a bitmap, set by Typst with the Roboto that comes with Periplo."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import typst

from periplo.language import Lang
from periplo.maps.drawing import draw
from periplo.maps.drawing.picture import size
from periplo.maps.drawing.sheet import USUAL
from periplo.maps.drawing.typeface import FOLDER, roboto_has
from periplo.maps.reading import MapReading

A3 = (1190.55, 841.89)  # pt, landscape; A4 has the same proportion
PPI = 144
RATIO = A3[0] / A3[1]
ROUNDS = 5
TIGHT = 4.5  # px above and below a lane


def png(reading: MapReading, lang: Lang) -> bytes:
    """The map in light colours, two pixels for each px of the drawing."""
    svg = draw(reading, lang, "light", fonts=False)
    return _compiled(svg, size(svg), reading, lang, "png")


def pdf(reading: MapReading, lang: Lang) -> bytes:
    """The map on one A3 page in landscape, its text selectable; it prints on A4 as well."""
    return _compiled(_for_paper(reading, lang), A3, reading, lang, "pdf")


def _for_paper(reading: MapReading, lang: Lang) -> str:
    """The map about as wide as it must be to fill a landscape page; what is left of the height goes between lanes."""
    paint = partial(draw, reading, lang, "light", dense=True, fonts=False)
    width = USUAL
    for _ in range(ROUNDS):
        _, tall = size(paint(width=width, pad=TIGHT))
        width = (width * tall * RATIO) ** 0.5
    wide, tall = size(paint(width=width, pad=TIGHT))
    spare = max(wide / RATIO - tall, 0) / (2 * max(len(reading.lanes), 1))
    return paint(width=width, pad=TIGHT + spare)


def _compiled(
    svg: str, page: tuple[float, float], reading: MapReading, lang: Lang, form: Literal["png", "pdf"]
) -> bytes:
    title = json.dumps(reading.title.tell(lang), ensure_ascii=False)
    source = (
        f"#set document(title: {title}, date: none)\n"
        f'#set text(lang: "{lang}", font: "Roboto")\n'
        f"#set page(width: {page[0]}pt, height: {page[1]}pt, margin: 0pt)\n"
        f'#set align(center + horizon)\n#image("map.svg", width: 100%, height: 100%, fit: "contain", alt: {title})\n'
    )
    with TemporaryDirectory() as folder:
        Path(folder, "map.svg").write_text(svg, "utf-8")
        Path(folder, "map.typ").write_text(source, "utf-8")
        made = typst.compile(
            str(Path(folder, "map.typ")),
            root=folder,
            font_paths=[str(FOLDER)],
            ignore_system_fonts=roboto_has(svg),
            format=form,
            ppi=PPI,
        )
    return bytes(made)
