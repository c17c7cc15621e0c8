"""The flow of customers through the stages, drawn as a river whose surface is level.

What goes on flows along the surface, what drops sinks, what is still open fades; widths are customers, on one scale.
An arc leads those who came back after the last stage to the first: the voyage that returns.
"""

from __future__ import annotations

from itertools import pairwise

from periplo.language import number, percent, t
from periplo.maps.draw.sheet import Block, Column, Sheet
from periplo.maps.draw.svg import el, num
from periplo.maps.draw.text import BODY, NUMBER, SMALL, STRONG, line, shorten
from periplo.maps.draw.values import count
from periplo.maps.reading import LaneReading, StageReading

DEEP = 104.0  # px of the stage most customers entered
NODE = 7.0
BEND = 9.0
SINK = 22.0
ARC = 34.0
ROW = 16.5


def river(lane: LaneReading, sheet: Sheet) -> Block:
    """The river, and under each stage its numbers."""
    stages, columns = sheet.reading.stages, sheet.columns
    most = max(stage.entered for stage in stages)
    scale = DEEP / most if most else 0.0
    top = ARC if sheet.reading.returned else 10.0
    floor = top + (DEEP + BEND + SINK if most else 6.0)
    shapes = [_gradients(sheet, top, floor)]
    pairs = list(zip(stages, columns, strict=True))
    for (stage, column), (following, other) in pairwise(pairs):
        shapes.append(_onward(stage, column, following, other, scale, top, sheet.prefix))
    shapes += [_water(stage, column, scale, top, floor, sheet.prefix) for stage, column in pairs]
    if sheet.reading.returned:
        shapes.append(_return(sheet, top))
    shapes += [_numbers(sheet, stage, column, floor) for stage, column in pairs]
    return Block(floor + 24 + 3 * ROW + 8, "".join(shapes))


def _onward(
    stage: StageReading, column: Column, following: StageReading, other: Column, scale: float, top: float, prefix: str
) -> str:
    """The band of those who went on, from one stage to the next."""
    if not stage.went_on:
        return ""
    start, end = column.left + NODE, other.left
    here = max(stage.went_on * scale, 1.2)
    there = max(min(stage.went_on, following.entered) * scale, 1.2)
    middle = (start + end) / 2
    path = (
        f"M{num(start)} {num(top)}H{num(end)}V{num(top + there)}"
        f"C{num(middle)} {num(top + there)} {num(middle)} {num(top + here)} {num(start)} {num(top + here)}Z"
    )
    return el("path", d=path, fill=f"url(#{prefix}-on-{column.hue}-{other.hue})")


def _water(stage: StageReading, column: Column, scale: float, top: float, floor: float, prefix: str) -> str:
    """The bar of a stage with what stays open and what sinks from it."""
    x = column.left
    deep = stage.entered * scale
    if not deep:
        return el("line", x1=num(x), x2=num(column.right), y1=num(top), y2=num(top), class_="s-rule", stroke_dasharray="2 4")
    on, still, lost = stage.went_on * scale, stage.still_open * scale, stage.dropped * scale
    shapes = []
    if still:
        reach = column.inner * 0.62
        shapes.append(
            el("rect", x=num(x + NODE), y=num(top + on), width=num(reach), height=num(max(still, 1)),
               fill=f"url(#{prefix}-open-{column.hue})")
        )  # fmt: skip
    if lost:
        shapes.append(_sinking(x + NODE, top + on + still, max(lost, 1), floor, prefix))
    shapes.append(
        el("rect", x=num(x), y=num(top), width=num(NODE), height=num(max(deep, 2)), rx="2", class_=f"f-a{column.hue}")
    )
    return "".join(shapes)


def _sinking(x: float, y: float, thick: float, floor: float, prefix: str) -> str:
    """A band that turns downwards and fades."""
    low = y + thick + BEND
    path = (
        f"M{num(x)} {num(y)}A{num(BEND + thick)} {num(BEND + thick)} 0 0 1 {num(x + BEND + thick)} {num(low)}"
        f"V{num(max(floor, low))}H{num(x + BEND)}V{num(low)}A{num(BEND)} {num(BEND)} 0 0 0 {num(x)} {num(y + thick)}Z"
    )
    return el("path", d=path, fill=f"url(#{prefix}-sink)")


def _return(sheet: Sheet, top: float) -> str:
    """The way back from the last stage to the first, with its number."""
    first, last = sheet.columns[0], sheet.columns[-1]
    reading, lang = sheet.reading, sheet.lang
    returned, entered = reading.returned, reading.stages[-1].entered
    start, end, high = last.left + NODE / 2, first.left + NODE / 2, 12.0
    path = (
        f"M{num(start)} {num(top - 4)}V{num(high + 10)}Q{num(start)} {num(high)} {num(start - 10)} {num(high)}"
        f"H{num(end + 10)}Q{num(end)} {num(high)} {num(end)} {num(high + 10)}V{num(top - 9)}"
    )
    arrow = f"M{num(end - 4)} {num(top - 10)}h8l-4 6z"
    text = t("{n} came back for another voyage ({share})", lang, n=number(returned, lang), share=percent(returned / entered, lang))
    text = shorten(text, SMALL, (start - end) * 0.7)
    width = SMALL.width(text) + 20
    middle = (start + end) / 2
    label = el("rect", x=num(middle - width / 2), y=num(high - 8), width=num(width), height="16", class_="f-bg")
    label += line(middle - width / 2 + 10, high + 3.5, text, SMALL, "muted")
    return (
        el("path", d=path, class_=f"s-a{last.hue}", fill="none", stroke_width="1.6", stroke_dasharray="1 4", stroke_linecap="round")
        + el("path", d=arrow, class_=f"f-a{first.hue}")
        + sheet.open(f"stage/{last.stage}/went_on", label)
    )


def _numbers(sheet: Sheet, stage: StageReading, column: Column, floor: float) -> str:
    """Entered, and below it the three parts that add up to it."""
    lang, y = sheet.lang, floor + 22
    total = count(stage.entered, lang, NUMBER, column.inner * 0.62)
    word = shorten(t("entered", lang), SMALL, column.inner - NUMBER.width(total) - 6)
    shapes = [
        sheet.open(f"stage/{stage.id}/entered", line(column.left, y, total, NUMBER)),
        line(column.left + NUMBER.width(total) + 6, y, word, SMALL, "muted"),
    ]
    parts = (
        ("went_on", t("came back" if column is sheet.columns[-1] else "went on", lang), stage.went_on, f"a{column.hue}"),
        ("still_open", t("still open", lang), stage.still_open, "open"),
        ("dropped", t("dropped", lang), stage.dropped, "drop"),
    )
    for index, (what, label, n, colour) in enumerate(parts):
        shapes.append(_part(sheet, stage, column, y + 4 + (index + 1) * ROW, (what, label, n, colour)))
    return el("g", *shapes, data_lane="customers", data_stage=stage.id)


def _part(
    sheet: Sheet, stage: StageReading, column: Column, y: float, part: tuple[str, str, int, str]
) -> str:
    what, label, n, colour = part
    share = percent(n / stage.entered, sheet.lang, 0) if stage.entered else "–"
    slot = max(STRONG.width(percent(1, sheet.lang, 0)) + 7, 36)
    value = count(n, sheet.lang, STRONG, column.inner * 0.42)
    room = column.inner - 12 - STRONG.width(value) - slot - 5
    dot = el("rect", x=num(column.left), y=num(y - 7.5), width="7", height="7", rx="2", class_=f"f-{colour}")
    words = line(column.left + 12, y, shorten(label, BODY, room), BODY, "muted")
    number_ = line(column.right - slot, y, value, STRONG, end=True) + line(column.right, y, share, SMALL, "muted", end=True)
    return dot + words + sheet.open(f"stage/{stage.id}/{what}", number_)


def _gradients(sheet: Sheet, top: float, floor: float) -> str:
    prefix = sheet.prefix
    made = []
    for column, other in pairwise(sheet.columns):
        stops = _stop(0, f"a{column.hue}", 0.42) + _stop(1, f"a{other.hue}", 0.42)
        made.append(_linear(f"{prefix}-on-{column.hue}-{other.hue}", stops, column.left, other.left))
    for column in sheet.columns[:8]:
        made.append(el("linearGradient", _stop(0, f"a{column.hue}", 0.34), _stop(1, f"a{column.hue}", 0), id=f"{prefix}-open-{column.hue}"))
    fall = _stop(0, "drop", 0.5) + _stop(0.55, "drop", 0.3) + _stop(1, "drop", 0)
    made.append(
        el("linearGradient", fall, id=f"{prefix}-sink", gradientUnits="userSpaceOnUse", x1="0", x2="0", y1=num(top), y2=num(floor))
    )
    return el("defs", *made)


def _linear(name: str, stops: str, x1: float, x2: float) -> str:
    return el("linearGradient", stops, id=name, gradientUnits="userSpaceOnUse", x1=num(x1), x2=num(x2), y1="0", y2="0")


def _stop(offset: float, colour: str, opacity: float) -> str:
    return el("stop", offset=num(offset), class_=f"c-{colour}", stop_opacity=num(opacity))
