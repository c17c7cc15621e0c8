"""The map as data: a long table for spreadsheets, and JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import msgspec

from periplo.analysis.lines import harmless
from periplo.language import Lang
from periplo.language.formats import minor_digits
from periplo.maps.reading import Item, MapReading

COLUMNS = ("stage", "lane", "item", "value", "unit", "n", "since", "until")


def as_csv(reading: MapReading, lang: Lang) -> str:
    """One row per number or note. Money is in major units, its unit the currency; times are in seconds."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    window = (_instant(reading.evidence.since), _instant(reading.evidence.until))
    for row in _rows(reading, lang):
        writer.writerow([*(harmless(cell) for cell in row), *window])
    return out.getvalue()


def as_json(reading: MapReading) -> bytes:
    """The whole reading; texts in all languages, money in minor units."""
    return msgspec.json.format(msgspec.json.encode(reading), indent=2)


def _rows(reading: MapReading, lang: Lang) -> Iterator[tuple[str | float, ...]]:
    stages = {stage.id: stage for stage in reading.stages}
    names = {name: stage.label.tell(lang) for name, stage in stages.items()}
    for stage in reading.stages:
        for what in ("customers", "entered", "went_on", "still_open", "dropped"):
            yield names[stage.id], "customers", what, getattr(stage, what), "customers", stage.entered
    for lane in reading.lanes:
        for cell in lane.cells:
            for note in cell.notes:
                yield names[cell.stage], lane.id, note.tell(lang), "", "", ""
            for item in cell.items:
                yield names[cell.stage], lane.id, item.label.tell(lang), *_amount(item), item.n


def _amount(item: Item) -> tuple[float, str]:
    if item.unit == "money" and item.currency:
        return item.value / 10 ** minor_digits(item.currency), item.currency
    return item.value, item.unit


def _instant(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
