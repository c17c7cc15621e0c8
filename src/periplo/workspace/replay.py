"""Refused rows read again, after the cause was mended: the mapping, the settings, or the rows themselves."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from periplo.intake import PRESETS, MappingPlan, Note
from periplo.log import Reading, Reject
from periplo.workspace.importing import ImportReport, commit, open_files, report
from periplo.workspace.recording import WAIT_S
from periplo.workspace.staging import Counts, Staging
from periplo.workspace.stores import Stores

_AT_ONCE = 50_000


def replay(
    stores: Stores, mapping: Path | None, mended: Mapping[str, str], only: Collection[str] | None
) -> ImportReport:
    """Reads refused rows again: all that wait, or ``only`` those with these ids.

    ``mapping`` reads them instead of how they were read; ``mended`` gives rows another text, by id. What goes in
    is marked, what is refused again stays. Raises ``UnknownName`` for an id that no row has.
    """
    began = time.monotonic()
    waiting = stores.quarantine.list(limit=_AT_ONCE) if only is None else [stores.quarantine.show(one) for one in only]
    run = _Replay(stores, mapping, mended)
    with stores.lock.hold(WAIT_S):
        stores.clear()
        for (how, header), rows in _alike(waiting, stores.quarantine.readings()).items():
            run.read(how, header, rows)
    return report(stores, run.counts, began, preset=run.preset, plan=run.plan, notes=run.notes)


class _Replay:
    """Groups of rows read again one after the other, and what came of it so far."""

    def __init__(self, stores: Stores, mapping: Path | None, mended: Mapping[str, str]) -> None:
        self._stores, self._mapping, self._mended = stores, mapping, mended
        self.counts, self.preset, self.plan = Counts(0, 0, 0, 0), "", MappingPlan()
        self.notes: list[Note] = []

    def read(self, how: Reading, header: str, rows: Sequence[Reject]) -> None:
        """Reads rows with the same header, as they were read before."""
        self._stores.places.cache.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=self._stores.places.cache) as folder:
            file = Path(folder) / ("rows.csv" if header else "rows.jsonl")
            begins = _write(file, header, [(row.reject_id, self._mended.get(row.reject_id, row.raw)) for row in rows])
            refused = self._import(file, how)
            self._stores.quarantine.mark_replayed([one for line, one in begins.items() if line not in refused])

    def _import(self, file: Path, how: Reading) -> set[int]:
        """Brings a file into the shop; answers the lines that are refused again."""
        preset, mapping = how.preset if how.preset in PRESETS and not self._mapping else None, self._mapping
        if how.mapping and not mapping:
            mapping = file.with_name("mapping.yaml")
            mapping.write_text(how.mapping, "utf-8")
        intake = open_files(self._stores, [file], None if mapping else preset, mapping)
        with Staging(self._stores.places.staging) as staged:
            for batch in intake.batches():
                staged.add(batch)
            staged.close()
            commit(self._stores, staged, None)
            self.counts = Counts(*map(sum, zip(self.counts, staged.counts(), strict=True)))
            refused = {reject.line for some in staged.rejects() for reject in some}
        self.preset, self.plan = intake.preset, self.plan.and_also(intake.plan)
        self.notes += intake.notes
        return refused


def _alike(rows: Sequence[Reject], readings: Mapping[str, Reading]) -> dict[tuple[Reading, str], list[Reject]]:
    """Rows that can be read as one file: read the same way, under the same header."""
    groups: dict[tuple[Reading, str], list[Reject]] = {}
    for row in rows:
        groups.setdefault((readings[row.import_id], row.header), []).append(row)
    return groups


def _write(file: Path, header: str, rows: Sequence[tuple[str, str]]) -> dict[int, str]:
    """Writes rows as a file; answers the id of each row by the line it begins at."""
    begins, line = {}, 1 + (header.count("\n") + 1 if header else 0)
    for reject_id, raw in rows:
        begins[line] = reject_id
        line += raw.count("\n") + 1
    lines = [header, *(raw for _, raw in rows)] if header else [raw for _, raw in rows]
    file.write_text("\n".join([*lines, ""]), "utf-8", errors="surrogatepass", newline="")
    return begins
