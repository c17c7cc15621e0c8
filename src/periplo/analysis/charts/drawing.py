"""Charts as one SVG picture: the title of each, what it shows, and a note below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from periplo.analysis.charts import bars, flows, heatmap, lines
from periplo.analysis.charts.data import Bars, Chart, Flows, Heatmap, Lines
from periplo.analysis.charts.sheet import INNER, MARGIN, WIDTH, Block
from periplo.drawing.shapes import rect, rule
from periplo.drawing.svg import clean, el, group, num
from periplo.drawing.text import NUMBER, SMALL, paragraph, wrap
from periplo.drawing.theme import PALETTES, Theme, style_sheet
from periplo.drawing.typeface import font_css
from periplo.language import Lang

PAINTERS: dict[type, Any] = {Bars: bars.paint, Heatmap: heatmap.paint, Lines: lines.paint, Flows: flows.paint}
NOTE_LINES = 6


def draw(charts: Sequence[Chart], lang: Lang, theme: Theme = "light", note: str = "", *, fonts: bool = True) -> str:
    """One SVG document with the charts below each other, and the note (definition and evidence) at its foot.

    ``fonts``: carry Roboto inside; leave it out in a page that shows many.
    """
    y, shapes = MARGIN, []
    for chart in charts:
        rows = wrap(chart.title, NUMBER, INNER, 3)
        shapes.append(paragraph(MARGIN, y + 16, rows, NUMBER))
        y += 16 + len(rows) * NUMBER.leading - 6
        block: Block = PAINTERS[type(chart)](chart, lang)
        shapes.append(group(block.shapes, x=MARGIN, y=y))
        y += block.height + 22
    if note:
        rows = wrap(note, SMALL, INNER, NOTE_LINES)
        shapes += [rule(MARGIN, WIDTH - MARGIN, y), paragraph(MARGIN, y + 18, rows, SMALL, "muted")]
        y += 18 + len(rows) * SMALL.leading
    height = y + 6
    return el(
        "svg",
        el("style", style_sheet("periplo-chart", theme, PALETTES, font_css() if fonts else "")),
        rect(0, 0, WIDTH, height, "bg"),
        *shapes,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {num(WIDTH)} {num(height)}",
        width=num(WIDTH),
        height=num(height),
        class_="periplo-chart",
        lang=lang,
        role="img",
        aria_label=clean(". ".join(chart.title for chart in charts)),
    )
