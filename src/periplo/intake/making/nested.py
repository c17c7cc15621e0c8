"""Presets whose rows are nested: each row is, or becomes, a Segment-spec message, and messages become events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
import numpy as np

from periplo.events.segment import Reading, segment_batch
from periplo.intake import reasons
from periplo.intake.files.csv_records import text
from periplo.intake.files.json_reader import Documents, JsonReader
from periplo.intake.files.parquet_reader import ParquetReader, to_json
from periplo.intake.files.reading import AnyReader
from periplo.intake.making import ga4
from periplo.intake.model import IntakeBatch, IntakeSettings, Origin, Places, Reason, refuse
from periplo.vocabulary import Taxonomy

_ROWS = 1 << 13


class NestedPreset:
    """Reads files of the preset ``segment`` or ``ga4``. ``now``: the time of the import; no event is later."""

    def __init__(self, preset: str, settings: IntakeSettings, words: Taxonomy, now: datetime) -> None:
        self.preset = preset
        self.reading = Reading(
            source=preset, currency=settings.currency, country=settings.country, now=now, words=words
        )

    def batches(self, reader: AnyReader) -> Iterator[IntakeBatch]:
        """The events of one file."""
        for docs in _documents(reader):
            yield self._batch(reader, docs)

    def _batch(self, reader: AnyReader, docs: Documents) -> IntakeBatch:
        messages, place, rejects = docs.raws, list(range(len(docs.raws))), list(docs.rejects)

        def reject(row: int, field: str, reason: Reason) -> None:
            torn = docs.torn and row == len(docs.raws) - 1
            said = reasons.CUT_OFF if torn else reason
            rejects.append(refuse(reader.path, docs.lines[row], field, said, text(docs.raws[row])))

        if self.preset == "ga4":
            messages, place = [], []
            for row, raw in enumerate(docs.raws):
                try:
                    messages.append(ga4.to_message(msgspec.json.decode(raw)))
                    place.append(row)
                except (msgspec.DecodeError, ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
                    reject(row, "", reasons.NOT_GA4(problem=str(error)))
        events, made_of, refused = segment_batch(messages, self.reading)
        for fault in refused:
            reject(place[fault.row], fault.field, Reason(fault.reason, dict(fault.values)))
        rows = len(docs.raws) + len(docs.rejects)
        return IntakeBatch(
            events,
            rows,
            np.ones(events.num_rows, np.int64),
            rejects,
            unit=np.array(place, np.int64)[made_of],
            origins=lambda row: (Origin(reader.path, docs.lines[row], text(docs.raws[row]), ""),),
            places=lambda rows: Places.of(reader.path, np.array(docs.lines, np.int64)[rows]),
            message=lambda event: messages[int(made_of[event])],
        )


def _documents(reader: AnyReader) -> Iterator[Documents]:
    if isinstance(reader, JsonReader):
        yield from reader.documents()
    if isinstance(reader, ParquetReader):
        line = 1
        for batch in reader.batches(_ROWS):
            raws = [to_json(row) for row in batch.to_pylist()]
            yield Documents(raws, list(range(line, line + len(raws))), [])
            line += len(raws)
