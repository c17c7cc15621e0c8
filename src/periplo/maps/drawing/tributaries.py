"""The numbers under the river: entered, and the three parts that add up to it."""

from __future__ import annotations

from periplo.drawing.shapes import rect
from periplo.drawing.svg import el
from periplo.drawing.text import BODY, NUMBER, SMALL, STRONG, line, shorten, tooltip
from periplo.language import number, percent, t
from periplo.maps.drawing.sheet import Column, Sheet
from periplo.maps.drawing.values import count
from periplo.maps.reading import StageReading

ROW = 16.5
NUMBERS = 24 + 3 * ROW + 8

Part = tuple[str, str, int, str]
"""What it is (in its ref), its name, its customers, its colour."""


def numbers(sheet: Sheet, stage: StageReading, column: Column, y: float) -> str:
    """What became of those who entered a stage, from ``y`` down."""
    base = y + 22
    total = count(stage.entered, sheet.lang, NUMBER, column.inner * 0.62)
    word = shorten(t("entered", sheet.lang), SMALL, column.inner - NUMBER.width(total) - 6)
    shapes = [
        sheet.open(f"stage/{stage.id}/entered", line(column.left, base, total, NUMBER)),
        line(column.left + NUMBER.width(total) + 6, base, word, SMALL, "muted"),
    ]
    parts = _parts(sheet, stage, column)
    slot = max(SMALL.width(_share(sheet, stage, n)) for _, _, n, _ in parts) + 5
    for index, part in enumerate(parts, 1):
        shapes.append(_row(sheet, stage, column, base + 4 + index * ROW, part, slot))
    return el("g", *shapes, data_lane="customers", data_stage=stage.id)


def _parts(sheet: Sheet, stage: StageReading, column: Column) -> tuple[Part, ...]:
    lang, last = sheet.lang, column is sheet.columns[-1]
    return (
        ("went_on", t("came back" if last else "went on", lang), stage.went_on, f"a{column.hue}"),
        ("still_open", t("still open", lang), stage.still_open, "open"),
        ("dropped", t("dropped", lang), stage.dropped, "drop"),
    )


def _share(sheet: Sheet, stage: StageReading, n: int) -> str:
    return percent(n / stage.entered, sheet.lang, 0) if stage.entered else "–"


def _row(sheet: Sheet, stage: StageReading, column: Column, y: float, part: Part, slot: float) -> str:
    """One part with its share in a ``slot``; where the column is too narrow for its name beside them, it gives way."""
    what, label, n, colour = part
    share = _share(sheet, stage, n)
    value = count(n, sheet.lang, STRONG, column.inner * 0.42)
    room = column.inner - 12 - STRONG.width(value) - 5
    if BODY.width(label) > room - slot:
        slot, shown = 0.0, ""
    else:
        shown = line(column.right, y, share, SMALL, "muted", end=True)
    return (
        rect(column.left, y - 7.5, 7, 7, colour, round_=2)
        + line(column.left + 12, y, shorten(label, BODY, room - slot), BODY, "muted")
        + sheet.open(
            f"stage/{stage.id}/{what}",
            tooltip(f"{label}: {number(n, sheet.lang)} ({share})"),
            line(column.right - slot, y, value, STRONG, end=True),
            shown,
        )
    )
