"""Opening files for import: which mapping reads them, what it would do, and the batches of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake.choosing.parts import Part, Parts, first_look
from periplo.intake.choosing.plan import MappingPlan
from periplo.intake.choosing.styles import Styles
from periplo.intake.files.finding import find_files
from periplo.intake.files.meter import Meter
from periplo.intake.files.reading import AnyReader, open_reader
from periplo.intake.making.assemble import Assembler
from periplo.intake.making.nested import NestedPreset
from periplo.intake.making.orders import Place, orders_of
from periplo.intake.making.parse import Parser
from periplo.intake.making.sorting import SortedLines
from periplo.intake.mappings.consents import check_consent
from periplo.intake.mappings.lookups import Lookups
from periplo.intake.mappings.mapping import Lines, Mapping, kept_columns, time_of, value
from periplo.intake.mappings.preset_files import check_preset, load_mapping, preset_mappings, write_mapping
from periplo.intake.mappings.table import Header
from periplo.intake.model import NO_EVENTS, IntakeBatch, IntakeSettings, Note, OfLines, Progress, Reject, Rows
from periplo.vocabulary import Taxonomy, taxonomy

Parsed = tuple[Rows, pa.Table, list[Reject]]
"""Some rows, the columns of values made of the good ones, and the refused ones."""


def open_intake(
    paths: Iterable[str | Path],
    *,
    preset: str | None = None,
    mapping: Path | None = None,
    settings: IntakeSettings | None = None,
    words: Taxonomy | None = None,
) -> Intake:
    """Files, folders and patterns, ready to be read as events.

    ``preset`` (one of ``PRESETS``) or ``mapping`` (a mapping file) says how; without either each file is recognised
    by its columns, or its mapping is guessed. Raises ``UnreadableFile``, ``WrongPreset``, ``MissingColumn``,
    ``BadMapping``, ``UnknownName``.
    """
    own = load_mapping(mapping) if mapping else None
    if own:
        check_consent(own, words or taxonomy())
    parts = Parts(check_preset(preset) if preset and not own else None, own)
    sorted_parts = parts.sort(find_files(paths))
    return Intake(sorted_parts, parts.notes, settings or IntakeSettings(), words or taxonomy())


class Intake:
    """Files to read, each with its mapping. ``notes`` grows while they are read.

    ``preset`` names what was recognised (several joined with `` + ``); ``plan`` says how each column would be read;
    ``mapping_text`` is the mapping, as YAML, where it was given or guessed.
    """

    def __init__(self, parts: list[Part], found: list[Note], settings: IntakeSettings, words: Taxonomy) -> None:
        self._parts, self._settings, self._words = parts, settings, words
        self._styles: dict[Path, Styles] = {}
        self.notes = list(found)
        self.files = tuple(file for part in parts for file in part.files)
        self.total_bytes = sum(file.stat().st_size for file in self.files)
        self.preset = " + ".join(dict.fromkeys(part.preset for part in parts))
        own = {part.rules.name: part.rules for part in parts if isinstance(part.rules, Mapping)}
        own = {name: rules for name, rules in own.items() if rules not in preset_mappings()}
        self.mapping_text = write_mapping(next(iter(own.values()))) if len(own) == 1 else None
        self.plan: MappingPlan = reduce(MappingPlan.and_also, (self._look(part, part.files[0]) for part in parts))

    def batches(self, progress: Callable[[Progress], None] | None = None) -> Iterator[IntakeBatch]:
        """All events and refused rows; memory does not grow with the files. ``progress`` is told after each batch."""
        meter, now = Meter(self.total_bytes, progress), datetime.now(UTC)
        for part in self._parts:
            rules = part.rules
            if isinstance(rules, str):
                yield from self._nested(rules, part, meter, now)
                continue
            assembler, parsed = Assembler(rules, self._settings, self._words, now), self._parsed(part, rules, meter)
            yield from (
                self._by_line(rules, rules.lines, assembler, parsed) if rules.lines else _by_row(assembler, parsed)
            )

    def _nested(self, preset: str, part: Part, meter: Meter, now: datetime) -> Iterator[IntakeBatch]:
        reading = NestedPreset(preset, self._settings, self._words, now)
        for file in part.files:
            with self._open(file, meter) as reader:
                for batch in reading.batches(reader):
                    yield batch
                    meter.step(batch.rows)

    def _by_line(
        self, mapping: Mapping, rules: Lines, assembler: Assembler, parsed: Iterator[Parsed]
    ) -> Iterator[IntakeBatch]:
        """Rows are lines of orders: refused ones go out at once, orders when all files were read."""
        places: dict[Path, Place] = {}
        with SortedLines(self._settings.scratch) as lines:
            for rows, table, rejects in parsed:
                if rows.file not in places:
                    places[rows.file] = _place(rows, mapping)
                place = pa.repeat(pa.scalar(list(places).index(rows.file), pa.int32()), table.num_rows)
                lines.add(table.append_column("file", place))
                if rejects:
                    yield IntakeBatch(NO_EVENTS, len(rejects), np.zeros(0, np.int64), rejects)
            for whole in lines.orders():
                orders = orders_of(whole, rules, list(places.values()), self._settings.currency)
                sizes = pc.list_value_length(orders.lines).to_numpy().astype(np.int64)
                batch = assembler.batch(orders.table, whole.num_rows, sizes, orders.rejects)
                of_lines = _of_lines(mapping, rules, orders.lines, batch.events.num_rows)
                yield replace(batch, of_lines=of_lines, origins=orders.origins, places=orders.places)

    def _parsed(self, part: Part, rules: Mapping, meter: Meter) -> Iterator[Parsed]:
        lookups = Lookups(rules)
        kept = kept_columns(rules, part.columns)
        for file in part.files:
            if file not in self._styles:
                self._look(part, file)
            parser = Parser(rules, kept, self._styles[file], self._settings, self._words)
            with self._open(file, meter) as reader:
                for rows in reader.rows():
                    table, rejects = parser.parse(lookups.add_to(rows))
                    yield rows, table, rejects
                    meter.step(rows.read)

    @contextmanager
    def _open(self, file: Path, meter: Meter) -> Iterator[AnyReader]:
        reader = open_reader(file)
        meter.begin(reader)
        try:
            yield reader
            self._note(reader.notes())
        finally:
            meter.end(file.stat().st_size)
            reader.close()

    def _look(self, part: Part, file: Path) -> MappingPlan:
        self._styles[file], plan = first_look(part, file, self._settings)
        self._note(plan.notes)
        return plan

    def _note(self, notes: Iterable[Note]) -> None:
        self.notes += [note for note in notes if note not in self.notes]


def _by_row(assembler: Assembler, parsed: Iterator[Parsed]) -> Iterator[IntakeBatch]:
    """Each row is an event of its own."""
    for rows, table, rejects in parsed:
        batch = assembler.batch(table, rows.read, np.ones(table.num_rows, np.int64), rejects)
        yield replace(batch, origins=rows.origins, places=rows.places)


def _of_lines(mapping: Mapping, rules: Lines, lines: pa.ListArray, events: int) -> OfLines:
    further = pa.array([[]] * (events - len(lines)), lines.type)
    sums = tuple(f"{name}_minor" for name in rules.sums)
    return OfLines(pa.concat_arrays([lines, further]), sums, "revenue" in mapping.fields)


def _place(rows: Rows, mapping: Mapping) -> Place:
    """Where lines come from."""
    header = Header(rows.table.schema.names)
    currency = value(mapping.currency).column if mapping.currency else None
    time, currency = (", ".join(header.found(wanted)) for wanted in (time_of(mapping.time).column, currency))
    return Place(rows.file, rows.header, time, currency)
