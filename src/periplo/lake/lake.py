"""The lake: the archive of all events as a Delta table, open to DuckDB, Polars and Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction
from pyarrow import fs, parquet

from periplo.errors import CannotWrite, DamagedShop, ShopBusy
from periplo.events.schema import STORED
from periplo.lake.compacting import Small, events_of, many_small
from periplo.lake.writing import REWRITTEN, STATISTICS, remove, remove_unfinished, store_at, write
from periplo.operation.disk import written

_READ_FOR_H, _MOST_ASKED, _KEYS_AT_ONCE = 1, 5_000, 1 << 18
_LOG, _CORRECTIONS = "periplo.log", "periplo.corrections"
_TURN_S = 0.05
_BACKTRACE = re.compile(r"\n\s+0: ")
T = TypeVar("T")
_RETENTION = "delta.logRetentionDuration"
_HISTORY = {_RETENTION: "interval 30 days"}
_SETTINGS = {"delta.dataSkippingStatsColumns": ",".join(STATISTICS), "delta.checkpointInterval": "20"}


class Snapshot:
    """The lake at one commit: later ones do not show."""

    def __init__(self, table: DeltaTable, url: str) -> None:
        self._table, self._url = table, url
        # Read at once: the history that tells them may be gone a moment later.
        self._archived = table.transaction_version(_LOG) or 0
        self._corrections = table.transaction_version(_CORRECTIONS) or 0

    def scan(
        self, columns: Sequence[str], after_seq: int = 0, until_seq: int | None = None, where: str = ""
    ) -> pa.RecordBatchReader:
        """The events after one place in the sequence, up to another, in no order; only these columns are read.

        ``where`` is a further condition in SQL. Whoever reads them may meet ``DamagedShop``.
        """
        schema = pa.schema([STORED.field(name) for name in columns])
        conditions = [f"seq > {after_seq}" if after_seq else "", f"seq <= {until_seq}" if until_seq else "", where]
        predicate = " AND ".join(filter(None, conditions)) or None
        found = pa.RecordBatchReader.from_stream(self._table.scan(list(columns), predicate)).cast(schema)
        return pa.RecordBatchReader.from_batches(schema, _told(found, self._url))

    def known(self, keys: Iterable[tuple[str, str]], after_seq: int = 0) -> set[tuple[str, str]]:
        """Those of the (source, event_id) that the archive holds after a place in the sequence."""
        wanted, found = set(keys), set[tuple[str, str]]()
        ids = iter({event_id for _, event_id in wanted})
        while some := list(islice(ids, _MOST_ASKED)):
            rows = self.scan(["source", "event_id"], after_seq, where=one_of("event_id", some)).read_all()
            found.update(zip(rows["source"].to_pylist(), rows["event_id"].to_pylist(), strict=True))
        return wanted & found

    @property
    def version(self) -> int:
        """The number of the commit."""
        return int(self._table.version())

    @property
    def table_id(self) -> str:
        """What tells this archive from all others, also in copies of it."""
        return str(self._table.metadata().id)

    def keys_in(self, file: str) -> Iterator[pa.RecordBatch]:
        """``source`` and ``event_id`` of all events in one of the files, some at a time."""
        with store_at(self._url).open_input_file(file.removeprefix(f"{self._url}/")) as source:
            yield from parquet.ParquetFile(source).iter_batches(_KEYS_AT_ONCE, columns=["source", "event_id"])

    def count(self) -> int:
        """How many events the archive holds."""
        return int(self._table.count())

    def files(self) -> list[str]:
        """The Parquet files, for any engine that reads Parquet."""
        # Not file_uris(): it writes a space in a local path as %20, which no engine opens.
        return [f"{self._url}/{path}" for path in pa.table(self._table.get_add_actions())["path"].to_pylist()]

    def damaged(self) -> dict[str, str]:
        """The files that are missing or cannot be read, each with the problem."""
        found = {}
        for file in self.files():
            try:
                parquet.read_metadata(file)
            except (OSError, pa.ArrowException) as error:
                found[Path(file).name] = str(error).partition("\n")[0]
        return found

    def archived_seq(self) -> int:
        """Up to which place the events of the log are here."""
        return self._archived

    def corrections(self) -> int:
        """How often events were put in the place of others: what was made of those from before no longer holds."""
        return self._corrections


class Lake:
    """The Delta table at a URL (a folder, or an object store).

    One writer at a time: whoever appends holds the shop's lock, and ``confirm`` raises where it was lost on the way.
    Readers need nothing. Raises ``DamagedShop``, and ``ShopBusy`` where another writer came between.
    """

    def __init__(self, url: Path | str, confirm: Callable[[], None] = lambda: None) -> None:
        self.url, self._confirm = str(url), confirm
        self._newest: tuple[int, Snapshot] | None = None

    @cached_property
    def _store(self) -> fs.FileSystem:
        return store_at(self.url)

    def create(self) -> None:
        """Makes the empty table where there is none."""
        DeltaTable.create(self.url, STORED, mode="ignore", configuration=_SETTINGS)

    def now(self) -> Snapshot:
        """What the newest commit holds: the same object while there is no later one, as reading the history takes the
        longer the more files there are."""
        newest = self._newest
        if newest and self._written_ns(newest[1].version) == newest[0]:
            return newest[1]
        snapshot = self._with_table(lambda table: Snapshot(table, self.url))
        written_ns = self._written_ns(snapshot.version)
        self._newest = (written_ns, snapshot) if written_ns else None
        return snapshot

    def _written_ns(self, version: int) -> int | None:
        """When the newest commit was written; None where it is another one, or cannot be seen."""
        files = [f"_delta_log/{number:020}.json" for number in (version, version + 1)]
        with suppress(OSError):
            commit, later = self._store.get_file_info(files)
            return None if later.is_file else commit.mtime_ns
        return None

    def append(
        self, events: pa.RecordBatchReader, *, note: dict[str, Any], archived_seq: int | None = None, after_seq: int = 0
    ) -> None:
        """Writes events (schema ``STORED``) as they stream by, in one atomic commit that carries ``note``.

        ``archived_seq``: these are the events of the log up to this place, after ``after_seq``; the commit says so. Of
        two who would move the same events, one lost the shop's lock on the way: the later raises ``ShopBusy``.
        """
        table = self._open()
        if archived_seq is not None and (table.transaction_version(_LOG) or 0) != after_seq:
            raise _overtaken()
        moved = [] if archived_seq is None else [Transaction(_LOG, archived_seq)]
        with written("lake"):
            files = write(events, self.url)
        if not files and not moved:
            return
        self._add(table, files, CommitProperties(custom_metadata={"periplo": note}, app_transactions=moved))

    def _add(
        self, table: DeltaTable, files: Sequence[AddAction], properties: CommitProperties, instead: Iterable[Small] = ()
    ) -> None:
        """Commits new files, ``instead`` of others."""
        try:
            with self._committing():
                actions: list[AddAction | RemoveAction] = [*files, *(one.removed() for one in instead)]
                table.create_write_transaction(actions, "append", table.schema(), commit_properties=properties)
        except CannotWrite:
            remove(files, self.url)  # where the disk had no room for the commit, there is none
            raise

    def correct(self, events: pa.Table, *, note: dict[str, Any]) -> None:
        """Puts events (schema ``STORED``) in the place of those with the same keys, in one atomic commit."""
        keys = pa.Table.from_arrays([events["source"], events["event_id"]], names=["source", "event_id"])
        ids: dict[str, list[str]] = {}
        for row in keys.to_pylist():
            ids.setdefault(row["source"], []).append(row["event_id"])
        where = (f"({one_of('source', [source])} AND {one_of('event_id', some)})" for source, some in ids.items())
        self._replace(events, " OR ".join(where), note)

    def _replace(self, events: pa.Table, where: str, note: dict[str, Any]) -> None:
        """Puts events in the place of those for which a condition holds, in one atomic commit."""
        table = self._open()
        corrections = (table.transaction_version(_CORRECTIONS) or 0) + 1
        with self._committing():
            write_deltalake(
                table,
                events,
                mode="overwrite",
                predicate=where,
                writer_properties=REWRITTEN,
                commit_properties=CommitProperties(
                    custom_metadata={"periplo": note}, app_transactions=[Transaction(_CORRECTIONS, corrections)]
                ),
            )

    def erase(self, places: Sequence[int], instead: pa.Table, *, note: dict[str, Any]) -> None:
        """Takes the events at some places of the sequence out, in atomic commits; ``instead`` (schema ``STORED``) are
        those of them that stay, changed. The old files remain until ``scrub``."""
        for first in range(0, len(places), _MOST_ASKED):
            some = places[first : first + _MOST_ASKED]
            stay = instead.filter(pc.is_in(instead["seq"], pa.array(some, pa.int64())))
            self._replace(stay, f"seq IN ({', '.join(map(str, some))})", note)

    def scrub(self) -> None:
        """Removes every file, and every line of the table's own history, that the newest commit does not need.

        Only for one who knows that nobody writes; whoever is just reading the old files fails.
        """
        self.tidy()
        table = self._open()
        table.alter.set_table_properties({_RETENTION: "interval 0 seconds"})
        table.create_checkpoint()
        table.cleanup_metadata()
        table.alter.set_table_properties(_HISTORY)

    def compact(self) -> list[str]:
        """Puts small files together where there are many; answers the new ones. Nothing changes for readers.

        The files that were put together stay for an hour, for those who are still reading them.
        """
        table = self._open()
        small = many_small(table)
        if not small:
            return []
        with written("lake"):
            files = write(_told(events_of(small, self.url), self.url), self.url, new=False)
        # The same number as before, which no other may write meanwhile: else what was corrected would come back.
        alone = Transaction(_CORRECTIONS, table.transaction_version(_CORRECTIONS) or 0)
        self._add(table, files, CommitProperties(app_transactions=[alone]), small)
        table.vacuum(_READ_FOR_H, dry_run=False, enforce_retention_duration=False)
        return [f"{self.url}/{file.path}" for file in files]

    def tidy(self) -> None:
        """Removes files that killed writers left behind. Only for one who knows that nobody writes.

        A writer that only seemed killed cannot commit any more what is removed here: the table has changed since.
        """
        table = self._open()
        table.alter.set_table_properties(_HISTORY)
        table.vacuum(0, dry_run=False, enforce_retention_duration=False, full=True)
        remove_unfinished(self.url)

    def _open(self) -> DeltaTable:
        """The table, for one who writes."""
        self._confirm()
        return self._with_table(lambda table: table)

    @contextmanager
    def _committing(self) -> Iterator[None]:
        """For the commit itself: it took a while until then."""
        self._confirm()
        try:
            with written("lake"):
                yield
        except CommitFailedError as error:
            raise _overtaken() from error

    def _with_table(self, use: Callable[[DeltaTable], T], tries: int = 5) -> T:
        """Uses the table, with the columns that an older Periplo did not know yet. Where its history was just removed
        (``scrub``) while it was read, it is read again."""
        try:
            table = DeltaTable(self.url)
            known = {field.name for field in table.schema().fields}
            if lacking := [field for field in STORED if field.name not in known]:
                table.alter.add_columns(Schema.from_arrow(pa.schema(lacking)).fields)
            return use(table)
        except (DeltaError, OSError) as error:
            if tries == 1 or "not found" not in str(error):
                raise _damaged(self.url, error) from error
        sleep(_TURN_S)
        return self._with_table(use, tries - 1)


def _told(batches: Iterable[pa.RecordBatch], url: str) -> Iterator[pa.RecordBatch]:
    """Files are opened as they are read: only then shows what is wrong with one."""
    try:
        yield from batches
    except (pa.ArrowException, OSError) as error:
        raise _damaged(url, error) from error


def _damaged(url: str, error: Exception) -> DamagedShop:
    return DamagedShop(
        "The archive of events at {url} cannot be read.",
        why="Delta Lake says: {detail}.",
        fix="Put back a copy of this folder, or import your files into a new shop.",
        url=url,
        detail=_BACKTRACE.split(str(error))[0].rstrip(". \n"),
    )


def _overtaken() -> ShopBusy:
    return ShopBusy(
        "Another process has changed the archive meanwhile.",
        fix="Run this again: nothing was committed, and nothing is doubled.",
    )


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition in SQL that a text column has one of these values."""
    quoted = ("'" + value.replace("'", "''") + "'" for value in sorted(values))
    return f"{column} IN ({', '.join(quoted)})"
