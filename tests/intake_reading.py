"""Reads files the way an import does, for the tests of intake."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from periplo.events import EVENTS
from periplo.intake import Intake, Reject, open_intake


@dataclass(frozen=True)
class Read:
    """Everything an intake gave: all events as a table, refused rows, raw rows read."""

    table: pa.Table
    rejects: list[Reject]
    rows: int
    intake: Intake

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """Events as dicts without empty fields."""
        return [{key: value for key, value in event.items() if value is not None} for event in self.table.to_pylist()]

    def names(self) -> list[str]:
        return [event["event"] for event in self.events]

    def reasons(self) -> list[str]:
        return [reject.tell("en") for reject in self.rejects]

    def notes(self) -> list[str]:
        return [note.tell("en") for note in self.intake.notes]


Reader = Callable[..., Read]
Writer = Callable[[str, str | bytes], Path]


def read_all(*paths: Path | str, **options: Any) -> Read:
    intake = open_intake(list(paths), **options)
    batches = list(intake.batches())
    rejects = [reject for batch in batches for reject in batch.rejects]
    rows = sum(batch.rows for batch in batches)
    taken = sum(int(batch.rows_of_event.sum()) for batch in batches)
    assert rows == taken + len(rejects), "rows read = rows in events + rows refused"
    assert all(len(batch.rows_of_event) == batch.events.num_rows for batch in batches)
    table = pa.Table.from_batches([batch.events for batch in batches], EVENTS)
    return Read(table, rejects, rows, intake)
