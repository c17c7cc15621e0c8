"""Refused rows read again, after the cause was mended: the mapping, the settings, or the rows themselves."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from periplo.errors import DataError
from periplo.intake import PRESETS, Intake, IntakeBatch, MappingPlan, Note, Places
from periplo.journeys.columns import I64
from periplo.log import Quarantine, Reading, Reject
from periplo.workspace.consenting import Consenting
from periplo.workspace.importing import ImportReport, commit, open_files, report, stage
from periplo.workspace.mending import correct, sort_out
from periplo.workspace.planned_files import FilePlan
from periplo.workspace.readmitting import Readmission
from periplo.workspace.recording import UNREAD, WAIT_S, archive, move
from periplo.workspace.staging import Counts, Staging
from periplo.workspace.stores import Stores

ROWS_AT_ONCE = 20_000


def replay(
    stores: Stores, mapping: Path | None, mended: Mapping[str, str], only: Collection[str] | None
) -> ImportReport:
    """Reads refused rows again: all that wait, or ``only`` those with these ids.

    ``mapping`` reads them instead of how they were read; ``mended`` gives rows another text, by id. What goes in
    is marked, what is refused again stays. Messages are read as the door reads them. Raises ``UnknownName`` for an id
    that no row has.
    """
    began = time.monotonic()
    run, readings = _Replay(stores, mapping, mended), stores.quarantine.readings()
    if not mapping:
        run.live(only)
    with stores.lock.hold(WAIT_S):
        stores.clear()
        for page in _pages(stores.quarantine, only):
            for (how, header), rows in _alike(page, readings).items():
                run.read(how, header, rows)
    return report(stores, run.counts, began, preset=run.preset, plan=run.plan, notes=run.notes)


def _pages(quarantine: Quarantine, only: Collection[str] | None) -> Iterator[list[Reject]]:
    """The rows to read, some at a time; those that go in leave the list before the next are taken."""
    if only is not None:
        rows = [quarantine.show(one) for one in only]
        yield [row for row in rows if row.stage == "import"]
        return
    passed = 0
    while rows := quarantine.list(limit=ROWS_AT_ONCE, offset=passed, stage="import"):
        waiting = quarantine.count(stage="import")
        yield rows
        passed += len(rows) - (waiting - quarantine.count(stage="import"))


class _Replay:
    """Groups of rows read again one after the other, and what came of it so far."""

    def __init__(self, stores: Stores, mapping: Path | None, mended: Mapping[str, str]) -> None:
        self._stores, self._mapping, self._mended = stores, mapping, mended
        self.counts, self.preset, self.plan = Counts(0, 0, 0, 0), "", MappingPlan()
        self.notes: list[Note] = []

    def live(self, only: Collection[str] | None) -> None:
        """Reads messages again: all that wait, or those among ``only``."""
        again, quarantine, archived = Readmission(self._stores), self._stores.quarantine, False
        for row_id in quarantine.waiting_messages() if only is None else only:
            row = quarantine.show(row_id)
            if row.stage != "import" and row.replayed_at is None:
                if row.stage == UNREAD and not archived:
                    archive(self._stores)  # until then the log has it under its id
                    archived = True
                text = self._mended.get(row.reject_id, row.mended)
                self._count(again.read([replace(row, mended=text)]))

    def read(self, how: Reading, header: str, rows: Sequence[Reject]) -> None:
        """Reads rows with the same header, as they were read before."""
        texts = {row.reject_id: self._mended.get(row.reject_id, row.text) for row in rows}
        if not header:
            # A file is known by its first row: one that was mended must not lie behind one that was not.
            texts = dict(sorted(texts.items(), key=lambda item: not _is_json(item[1])))
        self._stores.places.cache.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=self._stores.places.cache) as folder:
            file = Path(folder) / ("rows.csv" if header else "rows.jsonl")
            while texts:
                row_of = _write(file, header, texts)
                already, refused = self._import(file, how, row_of, {row.reject_id: row for row in rows})
                if already:
                    self._count(Counts(read=len(already), accepted=0, duplicates=len(already), rejected=0))
                else:
                    already = {one for line, one in row_of.items() if line not in refused}
                self._stores.quarantine.mark_replayed(already)
                left = {one: text for one, text in texts.items() if one not in already}
                if len(left) == len(texts):
                    return
                if left and refused:  # they may be alike among themselves, as dates that are written another way
                    self._count(Counts(read=-len(left), accepted=0, duplicates=0, rejected=-len(left)))
                texts = left

    def _import(
        self, file: Path, how: Reading, row_of: Mapping[int, str], rows: Mapping[str, Reject]
    ) -> tuple[set[str], Container[int]]:
        """Brings a file made of ``rows`` into the shop; answers those that are in their orders already (then nothing is
        done), and the lines that are refused again."""
        try:
            intake = self._open(file, how)
        except DataError:
            if self._mapping:
                raise
            self._count(Counts(read=len(row_of), accepted=0, duplicates=0, rejected=len(row_of)))
            return set(), range(1 << 62)
        move(self._stores)
        plan, consent = FilePlan(self._stores), Consenting(self._stores)
        read = (_in_place(batch, {line: rows[one] for line, one in row_of.items()}) for batch in intake.batches())
        batches = list(map(plan.hold, map(consent.admit, read)))
        found = sort_out(self._stores.lake.now(), batches, row_of)
        if found.already:
            return found.already, ()
        with Staging(self._stores.places.staging) as staged:
            stage(self._stores, staged, found.fresh)
            staged.leave_dropped(consent.dropped)
            commit(self._stores, staged, None)
            correct(self._stores, found.corrected)
            self._count(staged.counts())
            refused = {reject.line for some in staged.rejects() for reject in some}
        more = len(found.unfit)
        self._count(Counts(read=found.lines + more, accepted=found.lines, duplicates=0, rejected=more))
        self.preset, self.plan = intake.preset, self.plan.and_also(intake.plan)
        self.notes += intake.notes
        return set(), refused | found.unfit

    def _open(self, file: Path, how: Reading) -> Intake:
        mapping = self._mapping
        if how.mapping and not mapping:
            mapping = file.with_name("mapping.yaml")
            mapping.write_text(how.mapping, "utf-8")
        preset = how.preset if how.preset in PRESETS and not mapping else None
        return open_files(self._stores, [file], preset, mapping)

    def _count(self, more: Counts) -> None:
        self.counts = Counts(*map(sum, zip(self.counts, more, strict=True)))


def _in_place(batch: IntakeBatch, rows: Mapping[int, Reject]) -> IntakeBatch:
    """The batch as if its rows, by the line they have now, were read where they were refused."""

    def places(units: I64) -> Places:
        found = [rows[line] for line in batch.places(units).lines.to_pylist()]
        files, lines = [row.file for row in found], [row.line for row in found]
        return Places(pa.array(files, pa.string()), pa.array(lines, pa.int64()))

    return dataclasses.replace(batch, places=places)


def _is_json(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text.encode("utf-8", "surrogatepass")), dict)
    except msgspec.MsgspecError:
        return False


def _alike(rows: Sequence[Reject], readings: Mapping[str, Reading]) -> dict[tuple[Reading, str], list[Reject]]:
    """Rows that can be read as one file: read the same way, under the same header."""
    groups: dict[tuple[Reading, str], list[Reject]] = {}
    for row in rows:
        groups.setdefault((readings[row.import_id], row.header), []).append(row)
    return groups


def _write(file: Path, header: str, texts: Mapping[str, str]) -> dict[int, str]:
    """Writes rows, given by id, as a file; answers the id of each row by the line it begins at."""
    begins, line = {}, 1 + (header.count("\n") + 1 if header else 0)
    for reject_id, raw in texts.items():
        begins[line] = reject_id
        line += raw.count("\n") + 1
    lines = [header, *texts.values()] if header else list(texts.values())
    file.write_text("\n".join([*lines, ""]), "utf-8", errors="surrogatepass", newline="")
    return begins
