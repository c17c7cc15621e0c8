"""One simulated shop for all tests of this folder, and its messages as DuckDB reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from periplo.simulator import SimulationReport, simulate

CUSTOMERS, DAYS, SEED = 3_000, 120, 7


@dataclass(frozen=True)
class Simulated:
    """A written simulation."""

    report: SimulationReport
    folder: Path

    @property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "truth.json").read_text("utf-8"))
        return found

    def incident(self, name: str) -> dict[str, Any]:
        return next(incident for incident in self.truth["incidents"] if incident["name"] == name)

    def parquet(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / f"truth_{name}.parquet")

    def messages(self) -> Iterator[dict[str, Any]]:
        with zstandard.open(self.folder / "events.jsonl.zst", "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated")
    return Simulated(simulate(CUSTOMERS, DAYS, SEED, folder), folder)


@pytest.fixture(scope="session")
def sql(simulated: Simulated) -> duckdb.DuckDBPyConnection:
    """Table ``lines``: every message with the main parts of its context, its repaired ``moment`` (UTC) and the name it
    was ``sent_as``; table ``messages``: the same, once per messageId, with its ``local`` time in Madrid."""
    connection = duckdb.connect()
    kinds = {
        **dict.fromkeys(("messageId", "type", "event", "name", "anonymousId", "userId"), "VARCHAR"),
        **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt", "receivedAt"), "TIMESTAMP"),
        **dict.fromkeys(("context", "properties", "traits"), "JSON"),
    }
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in kinds.items())
    connection.execute(
        f"""
        create table lines as
        select * exclude (context, traits), coalesce(traits, context->'traits') as told,
            coalesce("timestamp", receivedAt - (sentAt - originalTimestamp)) as moment,
            coalesce(event, type) as sent_as, (context->'library'->>'name') as library,
            (context->>'channel') as channel, (context->'campaign'->>'name') as campaign,
            (context->'campaign'->>'medium') as medium, (context->'page'->>'referrer') as referrer,
            (context->'device'->>'type') as device, (properties->>'order_id') as order_id
        from read_json('{simulated.folder}/events.jsonl.zst', format='newline_delimited', columns={{{columns}}});
        create table messages as
        select *, moment + to_hours(if(moment < timestamp '2025-03-30 01:00', 1, 2)) as local
        from lines qualify row_number() over (partition by messageId) = 1
        """
    )
    return connection
