"""The crowd as a shop: its events in the archive, in no order, and as columns beside it where those are measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.crowd import CHANNELS, DATA, PROPERTIES, Crowd
from periplo.events.schema import STORED
from periplo.journeys.columns import I64, Coded, JourneyColumns
from periplo.journeys.rows import Sorted
from periplo.vocabulary import taxonomy
from periplo.workspace import Shop
from periplo.workspace.cache import FORMAT, About, CachedJourneys, write
from periplo.workspace.following import follow
from periplo.workspace.places import Places
from periplo.workspace.settings import Settings
from periplo.workspace.stores import Stores

ROWS_AT_ONCE = 1_000_000
_NOTE = {"import_id": "crowd"}


def archived(crowd: Crowd) -> Path:
    """A shop whose archive holds the crowd, and whose identity knows all customers; made once."""
    path = DATA / f"shop_{crowd.name}"
    if not (path / "done").exists():
        if not Shop.exists(path):
            Shop.create(path).close()
        with opened(path) as stores:
            if not stores.lake.now().count():
                with stores.log.reserve(crowd.events, "crowd") as first:
                    batches = _shuffled(crowd, first)
                    stores.lake.append(pa.RecordBatchReader.from_batches(STORED, batches), note=_NOTE)
            follow(stores)
        (path / "done").touch()
    return path


def cached(crowd: Crowd) -> Path:
    """A shop whose columns are there already; made once. Its archive is empty, as opening must not read it."""
    path = DATA / f"cached{FORMAT}_{crowd.name}"
    if not (path / "done").exists():
        rmtree(path, ignore_errors=True)
        Shop.create(path).close()
        with opened(path) as stores:
            with stores.log.reserve(crowd.events, "crowd"):
                pass
            follow(stores)
            write(stores.places.cache, _as_cached(crowd, stores.identity.rules.stamp))
        (path / "done").touch()
    return path


@contextmanager
def opened(path: Path) -> Iterator[Stores]:
    stores = Stores(Places(path), Settings(name=path.name), taxonomy())
    try:
        yield stores
    finally:
        stores.close()


def as_sorted(columns: JourneyColumns) -> Sorted:
    """As the cache keeps it; the sequence is that of the journeys."""
    seq = np.arange(1, columns.events + 1)
    return Sorted(columns.offsets, columns.customer, columns.time_us, seq, columns.event, columns.channel)


def _as_cached(crowd: Crowd, rules: str) -> CachedJourneys:
    columns = crowd.columns()
    about = About(
        seq=crowd.events,
        rules=rules,
        event_names=columns.event_names,
        channel_names=columns.channel_names,
        since_us=columns.since_us,
        until_us=columns.until_us,
    )
    return CachedJourneys(about, as_sorted(columns), columns.person, np.zeros(1, np.int64))


def _shuffled(crowd: Crowd, first_seq: int) -> Iterator[pa.RecordBatch]:
    columns = crowd.columns()
    owner = np.repeat(columns.customer, np.diff(columns.offsets))
    order = np.random.default_rng(crowd.seed).permutation(crowd.events)
    for begin in range(0, crowd.events, ROWS_AT_ONCE):
        rows = order[begin : begin + ROWS_AT_ONCE]
        yield _batch(columns, owner, rows, first_seq + begin)


def _batch(columns: JourneyColumns, owner: I64, rows: I64, first_seq: int) -> pa.RecordBatch:
    seq = np.arange(first_seq, first_seq + len(rows))
    texts = {name: columns.properties.column(name) for name in PROPERTIES}
    given = {
        "seq": pa.array(seq),
        "source": _named(np.zeros(len(rows), np.int32), ("crowd",)),
        "event_id": _numbered("e", seq),
        "user_id": _numbered("c", owner[rows]),
        "event": _named(columns.event[rows], columns.event_names),
        "channel": _named(columns.channel[rows], CHANNELS),
        "occurred_at": pa.array(columns.time_us[rows]).cast(STORED.field("occurred_at").type),
        **{
            name: _named(column.codes[rows], column.values)
            for name, column in texts.items()
            if isinstance(column, Coded)
        },
    }
    arrays = [given.get(field.name, pa.nulls(len(rows), field.type)) for field in STORED]
    return pa.RecordBatch.from_arrays(arrays, schema=STORED)


def _named(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    indices = codes.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(indices, mask=indices < 0), pa.array(names)).cast(pa.string())


def _numbered(letter: str, numbers: I64) -> pa.Array:
    return pc.binary_join_element_wise(letter, pa.array(numbers).cast(pa.string()), "")
