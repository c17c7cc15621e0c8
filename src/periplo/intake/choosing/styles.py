"""How a file writes its times and amounts, decided once from its values before the first row is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from periplo.intake import notes
from periplo.intake.cells.amounts import SignEvidence
from periplo.intake.cells.times import Evidence
from periplo.intake.cells.timetext import EXAMPLES
from periplo.intake.mappings.mapping import Mapping, Names, Property, names, sources, times_of
from periplo.intake.mappings.table import Columns
from periplo.intake.model import IntakeSettings, Note, Rows

MONEY = ("revenue", "price", "amount")


@dataclass(frozen=True, slots=True)
class Styles:
    """``times`` and ``signs`` by the columns' names as the mapping gives them, joined with a line feed."""

    times: dict[str, str] = field(default_factory=dict)
    signs: dict[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def time(self, wanted: Names | None) -> str:
        return self.times.get(key(wanted), "iso")

    def sign(self, wanted: Names | None) -> str:
        return self.signs.get(key(wanted), "point")


def key(wanted: Names | None) -> str:
    """One text for one or several column names."""
    return "\n".join(names(wanted))


def decide(mapping: Mapping, first: Rows, rest: Iterator[Rows], settings: IntakeSettings) -> Styles:
    """Looks at the first rows, and at the rest only as long as a column can be read in two ways."""
    times: dict[str, Evidence] = {key(time.column): Evidence() for time in times_of(mapping) if not time.format}
    amounts = amounts_of(mapping) if mapping.decimal == "auto" else []
    signs: dict[str, SignEvidence] = {key(column): SignEvidence() for column in amounts}
    seen: dict[str, Any] = {**times, **signs}
    for rows in chain([first], rest):
        columns = Columns(rows.table)
        for name, evidence in seen.items():
            if (column := columns.typed(name.split("\n"))) is not None:
                evidence.see(column)
        seen = {name: evidence for name, evidence in seen.items() if evidence.open}
        if not seen:
            break
    given = {key(time.column): time.format for time in times_of(mapping) if time.format}
    return Styles(
        given | {name: evidence.way(settings.country) for name, evidence in times.items()},
        {name: evidence.style(settings.country) for name, evidence in signs.items()}
        or dict.fromkeys(map(key, amounts_of(mapping)), mapping.decimal),
        list(_open_questions(first.file.name, times, signs, settings.country)),
    )


def _open_questions(
    file: str, times: dict[str, Evidence], signs: dict[str, SignEvidence], country: str
) -> Iterator[Note]:
    for name, evidence in times.items():
        if evidence.open:
            way = EXAMPLES[evidence.way(country)]
            yield notes.EITHER_ORDER(file=file, column=name.replace("\n", ", "), format=way)
    for name, sign in signs.items():
        if sign.open:
            thousands = (sign.style(country) == "comma") == ("." in sign.either)
            said = notes.TAKEN_AS_THOUSANDS if thousands else notes.TAKEN_AS_DECIMAL
            yield said(file=file, column=name.replace("\n", ", "), value=sign.either)


def amounts_of(mapping: Mapping) -> list[Names]:
    """The columns that are read as numbers, of whatever kind."""
    found: list[Names] = []
    for name, value in sources(mapping):
        plain = name.rpartition(": ")[2]
        money = plain in (*MONEY, "quantity") or (mapping.lines and plain in mapping.lines.sums)
        if money and value.column:
            found.append(value.column)
    found += [when.column for more in mapping.also for when in more.when if when.positive]
    kept = mapping.properties.values() if isinstance(mapping.properties, dict) else ()
    return found + [kind.column for kind in kept if isinstance(kind, Property) and kind.kind != "text"]
