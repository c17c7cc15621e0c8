"""Refused rows read once more, from the rows themselves: their files may be gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from periplo.errors import DataError
from periplo.events.refused import Refused
from periplo.intake.intake import open_intake
from periplo.intake.mappings.preset_files import PRESETS
from periplo.intake.model import NO_EVENTS, IntakeBatch, IntakeSettings, Reason, Reject, refuse
from periplo.vocabulary import Taxonomy


def replay(
    refused: Sequence[Refused],
    *,
    preset: str | None = None,
    mapping: str | None = None,
    settings: IntakeSettings | None = None,
    words: Taxonomy | None = None,
) -> Iterator[IntakeBatch]:
    """Reads rows that were refused once more. ``mapping`` is the text of a mapping file.

    Rows that are refused again keep their file, line and id. All others are in the events.
    """
    scratch = settings.scratch if settings else None
    with TemporaryDirectory(prefix="periplo-", dir=scratch) as folder:
        rules = Path(folder) / "mapping.yaml"
        if mapping:
            rules.write_text(mapping, "utf-8")
        for number, rows in enumerate(_by_file(refused)):
            path = Path(folder) / f"{number}.csv"
            table = _write(path, rows)
            try:
                intake = open_intake(
                    [path],
                    preset=preset if preset in PRESETS else None,
                    mapping=rules if mapping else None,
                    settings=settings,
                    words=words,
                )
            except DataError:
                yield _all_again(rows)
                continue
            for batch in intake.batches():
                again = [_as_before(reject, rows[table.row(reject.line)]) for reject in batch.rejects]
                yield IntakeBatch(batch.events, batch.rows, batch.rows_of_event, again)


class _Lines:
    """Which row stands on a line of the file made of them."""

    def __init__(self, rows: Sequence[Refused], header: int) -> None:
        self._starts = list(accumulate((row.raw.count("\n") + 1 for row in rows), initial=header + 1))[:-1]

    def row(self, line: int) -> int:
        return bisect_right(self._starts, line) - 1


def _by_file(refused: Sequence[Refused]) -> list[list[Refused]]:
    groups: dict[tuple[str, str], list[Refused]] = {}
    for row in refused:
        groups.setdefault((row.file, row.header), []).append(row)
    return list(groups.values())


def _write(path: Path, rows: Sequence[Refused]) -> _Lines:
    header = [rows[0].header] if rows[0].header else []
    text = "\n".join([*header, *(row.raw for row in rows)]) + "\n"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return _Lines(rows, sum(line.count("\n") + 1 for line in header))


def _as_before(now: Reject, before: Refused) -> Reject:
    return refuse(Path(before.file), before.line, now.field, Reason(now.reason, now.values), before.raw, before.header)


def _all_again(rows: Sequence[Refused]) -> IntakeBatch:
    """The rows with the reasons they had: not even their file can be read."""
    again = [
        refuse(Path(row.file), row.line, row.field, Reason(row.reason, dict(row.values)), row.raw, row.header)
        for row in rows
    ]
    return IntakeBatch(NO_EVENTS, len(rows), np.zeros(0, np.int64), again)
