"""The map on paper and as a bitmap, set by Typst with the Roboto that comes with Periplo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import typst

from periplo.drawing.typeface import FOLDER, roboto_has
from periplo.language import Lang
from periplo.maps.drawing import draw, pages
from periplo.maps.drawing.pages import paper
from periplo.maps.drawing.picture import size
from periplo.maps.reading import MapReading

SIZES = {"a4": (841.89, 595.28), "a3": (1190.55, 841.89)}
"""pt, landscape."""

PPI = 144
Form = Literal["png", "pdf"]


def png(reading: MapReading, lang: Lang) -> bytes:
    """The map in light colours, two pixels for each px of the drawing."""
    svg = draw(reading, lang, "light", fonts=False)
    return _compiled([svg], size(svg), reading, lang, "png")


def pdf(reading: MapReading, lang: Lang) -> bytes:
    """The map on pages of A4 in landscape, or of A3 where many stages need the width; its text is selectable."""
    return _compiled(pages(reading, lang), SIZES[paper(reading)], reading, lang, "pdf")


def _compiled(pictures: Sequence[str], page: tuple[float, float], reading: MapReading, lang: Lang, form: Form) -> bytes:
    """Each picture on a page of its own."""
    title = json.dumps(reading.title.tell(lang), ensure_ascii=False)
    shown = (
        f'#image("{number}.svg", width: 100%, height: 100%, fit: "contain", alt: {title})'
        for number in range(len(pictures))
    )
    source = (
        f"#set document(title: {title}, date: none)\n"
        f'#set text(lang: "{lang}", font: "Roboto")\n'
        f"#set page(width: {page[0]}pt, height: {page[1]}pt, margin: 0pt)\n"
        "#set align(center + horizon)\n" + "\n#pagebreak()\n".join(shown)
    )
    with TemporaryDirectory() as folder:
        for number, svg in enumerate(pictures):
            Path(folder, f"{number}.svg").write_text(svg, "utf-8")
        Path(folder, "map.typ").write_text(source, "utf-8")
        made = typst.compile(
            str(Path(folder, "map.typ")),
            root=folder,
            font_paths=[str(FOLDER)],
            ignore_system_fonts=all(roboto_has(svg) for svg in pictures),
            format=form,
            ppi=PPI,
        )
    return bytes(made)
