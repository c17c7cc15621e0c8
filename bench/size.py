"""Size and freshness: what columns take in memory, how fast they are built, opened, and joined by new events; and what
a fresh process costs before its first answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import duckdb
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.apart import THREADS
from bench.crowd import Crowd
from bench.measuring import Figure, compared, repeated, within
from bench.opening import Opened, funnel
from bench.shop import archived, as_sorted, cached, opened
from periplo.journeys.build import Rows, Sorted, build, extend
from periplo.journeys.columns import I64
from periplo.workspace.cache import NO_JOURNEYS
from periplo.workspace.journeying import advanced

ROOT = Path(__file__).parents[1]
BYTES, OPEN_S, START_S, COMPILE_S, JOIN_S, BUILD = 16, 1.0, 1.5, 20.0, 1.0, 1 / 1.5
NEW, SMALL, LARGE = 10_000, 1_000_000, 100_000_000


def figures(events: int = 50_000_000, large: int = LARGE) -> Iterator[Figure]:
    crowd = Crowd(events=events)
    yield from opening(crowd)
    yield from opening(Crowd(events=large))
    yield from opening(Crowd(events=SMALL))
    yield from compiling()
    yield joining(crowd)
    yield building(crowd)


def opening(crowd: Crowd) -> Iterator[Figure]:
    """A shop whose columns are in its cache, in a fresh process; and the whole of that process."""
    many, (found, whole_s) = f"{crowd.events // 1_000_000} M events", _opened(crowd)
    equal = found.answer == funnel(crowd.journeys()) and found.events == crowd.events
    per_event = found.resident / found.events
    yield Figure(
        name=f"resident memory of the core columns, {many}",
        amount=f"{per_event:.1f} bytes per event",
        goal=f"{BYTES} bytes",
        equal=equal,
        met=equal and 0 < per_event <= BYTES,
    )
    yield within(f"open {many} after a restart, without the answer", found.first_s - found.again_s, OPEN_S, equal=equal)
    asked_s = whole_s - found.after_s - found.again_s
    yield within(f"a fresh process over {many}, without its answer", asked_s, START_S, equal=equal)


def _opened(crowd: Crowd) -> tuple[Opened, float]:
    """What a fresh process found, and how long it took; it is compiled, its files are known to the system."""
    shop = cached(crowd)
    _asked("bench.opening", shop)
    begun = perf_counter()
    found = msgspec.convert(_asked("bench.opening", shop), Opened)
    return found, perf_counter() - begun


def compiling() -> Iterator[Figure]:
    """Every question asked once, with all kernels to be compiled, and with none."""
    warm = _asked("bench.everything")
    with TemporaryDirectory() as folder:
        cold = _asked("bench.everything", NUMBA_CACHE_DIR=folder)
    seconds, equal = cold["seconds"] - warm["seconds"], cold["asked"] == warm["asked"]
    count = len(cold["kernels"])
    yield within(f"compile all kernels ({count} that are asked)", seconds, COMPILE_S, equal=equal)


def joining(crowd: Crowd) -> Figure:
    """A few events of customers here and there, into journeys that are memory-mapped."""
    columns = crowd.columns()
    old, random = as_sorted(columns), np.random.default_rng(crowd.seed)
    new = Rows(
        customer=random.integers(1, crowd.people + 1, NEW),
        time_us=random.integers(columns.since_us, columns.until_us, NEW),
        seq=np.arange(crowd.events + 1, crowd.events + 1 + NEW),
        event=random.integers(0, crowd.kinds, NEW),
        channel=np.zeros(NEW, np.uint8),
    )
    some = new.customer[:500]
    expected, _ = build(old.moved(old.rows_of(some), _owners(old, some)) + new.take(np.isin(new.customer, some)))
    found = extend(old, new)
    equal = len(found.time_us) == crowd.events + NEW and _same_customers(found, expected)
    seconds = repeated(lambda: extend(old, new), 3)
    moved = sum(getattr(old, name).nbytes for name in ("time_us", "seq", "event", "channel"))
    return within(
        f"{NEW:,} new events join {crowd.events // 1_000_000} M", seconds, JOIN_S, equal=equal, touched=2 * moved
    )


def building(crowd: Crowd, repeats: int = 3) -> Figure:
    """From the archive to arrays in memory, its events in no order; the peer sorts the same files."""
    with opened(archived(crowd)) as stores:
        files, settled = stores.lake.now().files(), stores.log.settled()
        return compared(
            f"build columns from {crowd.events // 1_000_000} M events in the lake",
            lambda: advanced(stores, NO_JOURNEYS, settled).journeys,
            partial(_ordered, files),
            than=f"DuckDB {duckdb.__version__}, ORDER BY customer, time",
            goal=BUILD,
            repeats=repeats,
            same=_same_journeys,
        )


def _ordered(files: list[str]) -> pa.Table:
    with duckdb.connect(config={"threads": THREADS}) as database:
        database.execute("SET enable_progress_bar = false")
        query = "SELECT user_id, occurred_at, event, channel FROM read_parquet($files) ORDER BY user_id, occurred_at"
        return database.sql(query, params={"files": files}).to_arrow_table()


def _same_journeys(ours: Sorted, theirs: pa.Table) -> bool:
    """Whether as many customers have as many events, from and to the same moments."""
    names = theirs["user_id"].combine_chunks()
    changes = pc.not_equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    offsets = np.concatenate(([0], np.flatnonzero(changes) + 1, [len(names)]))
    times = theirs["occurred_at"].cast(pa.int64()).to_numpy()
    return _signature(ours.offsets, ours.time_us) == _signature(offsets, times)


def _signature(offsets: I64, times: I64) -> bytes:
    each = np.stack((np.diff(offsets), times[offsets[:-1]], times[offsets[1:] - 1]))
    return bytes(each[:, np.lexsort(each)].tobytes())


def _owners(old: Sorted, customers: I64) -> I64:
    numbers = np.unique(customers)
    return np.repeat(numbers, np.diff(old.offsets)[np.searchsorted(old.customer, numbers)])


def _same_customers(found: Sorted, expected: Sorted) -> bool:
    rows = found.rows_of(expected.customer)
    return all(
        np.array_equal(getattr(found, name)[rows], getattr(expected, name)) for name in ("time_us", "seq", "event")
    )


def _asked(module: str, *arguments: Path, **environment: str) -> Any:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    installed = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=installed | environment, cwd=ROOT, check=True)
    return msgspec.json.decode(done.stdout)
