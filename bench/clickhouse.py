"""The crowd in other databases, each in a process of its own: ClickHouse (chdb) ordered by customer and time, and
DuckDB. Loaded once, kept."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from bench.apart import THREADS, Apart
from bench.crowd import DATA, PROPERTIES, Crowd

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 6 // 10
"""A query that wants more than this fails, where it would take the whole machine down."""
_TEXTS = [f"{name} LowCardinality(Nullable(String))" for name in PROPERTIES]
_FIELDS = ", ".join(["customer UInt32", "time UInt64", "event UInt16", "channel UInt8", *_TEXTS])


def clickhouse(crowd: Crowd) -> Apart:
    """One crowd as the table ``events``: ``customer UInt32, time UInt64`` (us), ``event UInt16, channel UInt8`` (codes
    of ``Crowd.event_names`` and ``CHANNELS``), ``device, country, campaign`` (texts or null), in one part."""
    crowd.parquet()
    return Apart(partial(_ClickHouse, crowd))


def duck(crowd: Crowd) -> Apart:
    """The same table ``events`` in DuckDB's own storage, in the same order, with as many threads."""
    crowd.parquet()
    return Apart(partial(_Duck, crowd))


class _ClickHouse:
    def __init__(self, crowd: Crowd) -> None:
        from chdb.session import Session

        self._session = Session(str(DATA / "clickhouse"))
        self._session.query(f"CREATE DATABASE IF NOT EXISTS {crowd.name}")
        self._session.query(f"USE {crowd.name}")
        self._session.query(
            f"CREATE TABLE IF NOT EXISTS events ({_FIELDS}) ENGINE = MergeTree ORDER BY (customer, time)"
        )
        if self.query("SELECT count() AS n FROM events")["n"].to_pylist() != [crowd.events]:
            self._load(crowd.parquet())

    def query(self, sql: str) -> pa.Table:
        limits = f"SETTINGS max_threads = {THREADS}, max_memory_usage = {MEMORY}"
        return self._session.query(f"{sql} {limits}", "ArrowTable")

    def _load(self, file: Path) -> None:
        self._session.query("TRUNCATE TABLE events")
        fields = "customer, time_us AS time, event, channel, " + ", ".join(PROPERTIES)
        self._session.query(f"INSERT INTO events SELECT {fields} FROM file('{file}', Parquet)")
        self._session.query("OPTIMIZE TABLE events FINAL")


class _Duck:
    def __init__(self, crowd: Crowd) -> None:
        import duckdb

        self._database: DuckDBPyConnection = duckdb.connect(
            str(crowd.folder / "events.duckdb"), config={"threads": THREADS}
        )
        self._database.execute("SET enable_progress_bar = false")
        fields = "customer::UINTEGER AS customer, time_us AS time, event, channel, " + ", ".join(PROPERTIES)
        self._database.execute(f"CREATE TABLE IF NOT EXISTS events AS SELECT {fields} FROM '{crowd.parquet()}'")

    def query(self, sql: str) -> pa.Table:
        return self._database.sql(sql).to_arrow_table()
