"""The files of one intake, each with the mapping that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from periplo.errors import UnreadableFile
from periplo.intake import notes
from periplo.intake.choosing.currency_signs import other_currencies
from periplo.intake.choosing.guess import guess
from periplo.intake.choosing.plan import MappingPlan, nested_plan, plan_of
from periplo.intake.choosing.recognise import check_columns, choose, recognise
from periplo.intake.choosing.styles import Styles, decide
from periplo.intake.files.reading import open_reader
from periplo.intake.mappings.lookups import Lookups
from periplo.intake.mappings.mapping import Mapping
from periplo.intake.mappings.preset_files import preset_of
from periplo.intake.model import IntakeSettings, Note, Rows


@dataclass
class Part:
    """Files that are read by the same mapping, or by the same nested preset (then ``rules`` is its name)."""

    rules: Mapping | str
    files: list[Path] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    sure: dict[str, float] | None = None

    @property
    def preset(self) -> str:
        """What the part is called: a preset, or the name of a mapping file."""
        return self.rules if isinstance(self.rules, str) else preset_of(self.rules)

    def add(self, file: Path, columns: tuple[str, ...]) -> None:
        self.files.append(file)
        self.columns = list(dict.fromkeys([*self.columns, *columns]))


class Parts:
    """Sorts files into parts. ``notes`` says what was left out and why."""

    def __init__(self, preset: str | None, mapping: Mapping | None) -> None:
        self._preset, self._mapping = preset, mapping
        self._parts: dict[str, Part] = {}
        self.notes: list[Note] = []

    def sort(self, files: list[Path]) -> list[Part]:
        """The parts, in the order of their first files. Raises ``UnreadableFile`` where no file has anything in it."""
        for file in files:
            self._place(file, alone=len(files) == 1)
        if not self._parts:
            raise UnreadableFile(
                "There is nothing to import in these files.",
                why="They are empty, or only describe others.",
                fix="Name the files with the events or orders too.",
            )
        return list(self._parts.values())

    def _place(self, file: Path, *, alone: bool) -> None:
        if not alone and file.stat().st_size == 0:
            self.notes.append(notes.EMPTY(file=file.name))
            return
        reader = open_reader(file)
        try:
            found = self._rules(file, reader.columns, reader.rows())
        finally:
            reader.close()
        if found is None and alone:
            raise UnreadableFile(
                "{file} has a header and no rows.",
                fix="Export it again with rows, or leave it out.",
                file=file.name,
            )
        if found is None:
            self.notes.append(notes.NO_ROWS(file=file.name))
            return
        rules, sure = found
        if isinstance(rules, Mapping) and rules.skip:
            self.notes.append(notes.SIDE_TABLE(file=file.name))
            return
        name = rules if isinstance(rules, str) else rules.name
        self._parts.setdefault(name, Part(rules, sure=sure)).add(file, reader.columns)

    def _rules(
        self, file: Path, columns: tuple[str, ...], rows: Iterator[Rows]
    ) -> tuple[Mapping | str, dict[str, float] | None] | None:
        """How to read a file, and how sure that is; None where there are no rows to tell it from."""
        if self._mapping:
            check_columns(self._mapping, file, columns)
            return self._mapping, None
        if self._preset:
            return choose(self._preset, file, columns), None
        if known := recognise(columns):
            return known, None
        first = next(rows, None)
        return None if first is None else guess(first)


def first_look(part: Part, file: Path, settings: IntakeSettings) -> tuple[Styles, MappingPlan]:
    """How a file of a part writes its values, and the plan to read it."""
    reader = open_reader(file)
    try:
        rows = reader.rows()
        first = next(rows, None)
        if first is None:
            return Styles(), MappingPlan(notes=[notes.NO_ROWS(file=file.name)])
        if isinstance(part.rules, str):
            return Styles(), nested_plan(part.rules, first)
        lookups = Lookups(part.rules)
        first = lookups.add_to(first)
        styles = decide(part.rules, first, map(lookups.add_to, rows), settings)
        styles.notes.extend(other_currencies(part.rules, first, settings.currency))
    finally:
        reader.close()
    return styles, plan_of(part.rules, first, styles, part.sure)
