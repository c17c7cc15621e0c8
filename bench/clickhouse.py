"""The crowd in other databases: ClickHouse (chdb) ordered by customer and time, and DuckDB. Loaded once, kept."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from chdb.session import Session

from bench.crowd import DATA, PROPERTIES, Crowd

THREADS = os.cpu_count() or 1
_TEXTS = [f"{name} LowCardinality(Nullable(String))" for name in PROPERTIES]
_FIELDS = ", ".join(["customer UInt32", "time UInt64", "event UInt16", "channel UInt8", *_TEXTS])


class ClickHouse:
    """One crowd as the table ``events``: ``customer UInt32, time UInt64`` (us), ``event UInt16, channel UInt8`` (codes
    of ``Crowd.event_names`` and ``CHANNELS``), ``device, country, campaign`` (texts or null), in one part."""

    def __init__(self, crowd: Crowd) -> None:
        self._session = _session()
        self._database = crowd.name
        self._run(f"CREATE DATABASE IF NOT EXISTS {crowd.name}")
        if not self._loaded(crowd):
            self._load(crowd.parquet())

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query over ``events``."""
        self._run(f"USE {self._database}")
        table: pa.Table = self._run(f"{sql} SETTINGS max_threads = {THREADS}", "ArrowTable")
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def _run(self, sql: str, kind: str = "CSV") -> Any:
        return self._session.query(sql, kind)

    def _loaded(self, crowd: Crowd) -> bool:
        self._run(
            f"CREATE TABLE IF NOT EXISTS {crowd.name}.events ({_FIELDS}) ENGINE = MergeTree ORDER BY (customer, time)"
        )
        return self.ask("SELECT count() FROM events") == [(crowd.events,)]

    def _load(self, file: Path) -> None:
        self._run(f"TRUNCATE TABLE {self._database}.events")
        fields = "customer, time_us AS time, event, channel, " + ", ".join(PROPERTIES)
        self._run(f"INSERT INTO {self._database}.events SELECT {fields} FROM file('{file}', Parquet)")
        self._run(f"OPTIMIZE TABLE {self._database}.events FINAL")


@cache
def _session() -> Session:
    return Session(str(DATA / "clickhouse"))


def duck(crowd: Crowd) -> duckdb.DuckDBPyConnection:
    """The same table ``events`` in DuckDB's own storage, in the same order, with as many threads."""
    file = crowd.folder / "events.duckdb"
    database = duckdb.connect(str(file), config={"threads": THREADS})
    database.execute("SET enable_progress_bar = false")
    fields = "customer::UINTEGER AS customer, time_us AS time, event, channel, " + ", ".join(PROPERTIES)
    database.execute(f"CREATE TABLE IF NOT EXISTS events AS SELECT {fields} FROM '{crowd.parquet()}'")
    return database
