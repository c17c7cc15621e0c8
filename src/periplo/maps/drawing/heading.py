"""The top of the map: what it shows, of whom, when, and on what evidence; and the heads of the columns."""

from __future__ import annotations

from periplo.drawing.shapes import fill, path, rect
from periplo.drawing.svg import group
from periplo.drawing.text import BODY, SMALL, STAGE, STRONG, TINY, TITLE, fitted, line, paragraph, shorten, wrap
from periplo.language import day, duration, number, percent, t
from periplo.maps.drawing.icons import mark
from periplo.maps.drawing.sheet import GAP, MARGIN, Block, Column, Sheet
from periplo.maps.drawing.values import count
from periplo.maps.reading import StageReading

EVIDENCE_WIDTH = 330.0
NOTCH = 9.0
HEAD = 50.0


def heading(sheet: Sheet) -> Block:
    """Title, persona and description on the left, the evidence on the right."""
    reading, lang = sheet.reading, sheet.lang
    room = sheet.inner - EVIDENCE_WIDTH - 36
    badge = _badge(sheet) if reading.simulated else Block(0, "")
    title = shorten(reading.title.tell(lang), TITLE, room - 190)
    shapes = [mark(MARGIN, 24, 1.55), line(MARGIN + 34, 46, title, TITLE)]
    if badge.shapes:
        shapes.append(group(badge.shapes, x=MARGIN + 34 + TITLE.width(title) + 14, y=28))
    y = 68.0
    if persona := reading.persona.tell(lang):
        who = ": ".join(text for text in (persona, reading.persona_description.tell(lang)) if text)
        rows = wrap(who, STRONG, room, 2)
        shapes.append(paragraph(MARGIN, y, rows, STRONG))
        y += len(rows) * STRONG.leading + 2
    rows = wrap(reading.description.tell(lang), BODY, room, 3)
    shapes.append(paragraph(MARGIN, y, rows, BODY, "muted"))
    y += len(rows) * BODY.leading
    evidence = _evidence(sheet)
    shapes.append(group(evidence.shapes, x=sheet.width - MARGIN - EVIDENCE_WIDTH, y=18))
    return Block(max(y + 8, evidence.height + 18 + 14), "".join(shapes))


def _badge(sheet: Sheet) -> Block:
    text = t("Simulated data", sheet.lang)
    width = STRONG.width(text) + 20
    return Block(22, rect(0, 0, width, 22, "warn-bg", round_=11) + line(10, 15, text, STRONG, "warn"))


def _evidence(sheet: Sheet) -> Block:
    """How many customers and events, which window, how much of it has a known customer, which filters."""
    reading, lang = sheet.reading, sheet.lang
    proof = reading.evidence
    facts = [
        ("customers", number(proof.customers, lang), t("customers", lang)),
        ("events", number(proof.events, lang), t("events", lang)),
        ("customers", percent(proof.known_share, lang), t("known customer", lang)),
    ]
    left, room = 14.0, EVIDENCE_WIDTH - 28
    width, shapes = room / 3, []
    for index, (what, value, label) in enumerate(facts):
        x = left + index * width
        shapes.append(sheet.open(f"evidence/{what}", fitted(x, 23, value, STAGE, width - 8)))
        shapes.append(fitted(x, 38, label, SMALL, width - 8, "muted"))
    since, until = (day(moment, lang, proof.zone) for moment in (proof.since, proof.until))
    window = t("{since} to {until}", lang, since=since, until=until)
    shapes.append(fitted(left, 58, window, STRONG, room))
    rows = wrap(reading.filters.tell(lang), SMALL, room, 2)
    shapes.append(paragraph(left, 74, rows, SMALL, "muted"))
    height = 68 + len(rows) * SMALL.leading
    card = rect(0, 0, EVIDENCE_WIDTH, height, "wash", round_=8)
    return Block(height, card + "".join(shapes))


def column_heads(sheet: Sheet) -> Block:
    """The stages as a chain of arrows, each with its name and the customers who are in it now."""
    shapes = [
        _head(sheet, stage, column, first=index == 0)
        for index, (stage, column) in enumerate(zip(sheet.reading.stages, sheet.columns, strict=True))
    ]
    goals = _goals(sheet)
    return Block(HEAD + goals.height, "".join(shapes) + group(goals.shapes, y=HEAD))


def _goals(sheet: Sheet) -> Block:
    """What the shop wants in each stage, below its head."""
    high, shapes = 0.0, []
    for stage, column in zip(sheet.reading.stages, sheet.columns, strict=True):
        rows = wrap(stage.goal.tell(sheet.lang), SMALL, column.inner, 2)
        shapes.append(paragraph(column.left, 19, rows, SMALL, "muted"))
        high = max(high, len(rows) * SMALL.leading)
    return Block(high + 13 if high else 0, "".join(shapes))


def _head(sheet: Sheet, stage: StageReading, column: Column, *, first: bool) -> str:
    lang = sheet.lang
    left = column.left + (2 if first else NOTCH)
    room = column.x + column.width - left - 4
    now = t("{n} here now", lang, n=count(stage.customers, lang, TINY, room * 0.5))
    name = fitted(left, 22, stage.label.tell(lang), STAGE, room, "on")
    here = fitted(left, 39, now, TINY, room, "on")
    return group(
        _arrow(column, sheet.width - MARGIN, first=first),
        name,
        sheet.open(f"stage/{stage.id}/customers", here),
        class_="stage",
        data_stage=stage.id,
    )


def _arrow(column: Column, farthest: float, *, first: bool) -> str:
    """The head of a column: a plate with a tip at the right and, after the first, a notch at the left."""
    x, right, middle = column.x, min(column.x + column.width, farthest - 7), HEAD / 2
    above = ("M", x + 4, "0 H", right - 2, "Q", right, 0.0, right + 1, 2.0, "L", right + GAP - 3, middle)
    below = ("L", right + 1, HEAD - 2, "Q", right, HEAD, right - 2, HEAD, "H", x + 4, "Q", x, HEAD, x + 1, HEAD - 3)
    notch = () if first else ("L", x + NOTCH, middle)
    return fill(path(*above, *below, *notch, "L", x + 1, 3.0, "Q", x, 0.0, x + 4, 0.0, "Z"), f"h{column.hue}")


def footing(sheet: Sheet) -> Block:
    """How the numbers are meant, in words."""
    lang = sheet.lang
    meaning = t(
        "An event belongs to the first stage that fits it. Entered: customers with an event in the stage. Went on: "
        "they had an event in a later stage afterwards; in the last stage, in an earlier one. Dropped: they did not, "
        "and nothing more came from them for {patience}. Still open: the rest. Percentages are shares of those who "
        "entered; n says on how many a number rests.",
        lang,
        patience=duration(sheet.reading.patience_s, lang),
    )
    rows = wrap(meaning, SMALL, sheet.inner - 110, 4)
    shapes = paragraph(MARGIN, 16, rows, SMALL, "muted")
    name = line(sheet.width - MARGIN, 16, "Periplo", STRONG, "muted", end=True)
    boat = mark(sheet.width - MARGIN - STRONG.width("Periplo") - 20, 3, 0.95, "muted")
    return Block(16 + len(rows) * SMALL.leading + 8, shapes + name + boat)
