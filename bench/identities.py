"""Identity: how fast it follows live events with the journeys behind it, resolves a large import, corrects a mistake;
and what an identifier takes in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from bench.measuring import Figure, within
from periplo.events.identifiers import normalise_column
from periplo.events.model import Event
from periplo.events.schema import STORED
from periplo.identity import KINDS, SETS, Identity, Rules, open_state
from periplo.vocabulary import taxonomy
from periplo.workspace import Shop

LIVE, ROUNDS, RATE = 10_000, 20, 10_000
BULK_S, CORRECT_S, BYTES = 10.0, 1.0, 120
_START = datetime(2026, 1, 1, tzinfo=UTC)


def figures(identifiers: int = 1_000_000) -> Iterator[Figure]:
    many = f"{identifiers / 1e6:g} M identifiers"
    yield from sustained(identifiers)
    done, more = _alone(identifiers), _alone(3 * identifiers)
    yield within(f"resolve {many} of an import", done["resolved_s"], BULK_S, equal=done["equal"])
    yield within(f"know {many} in a fresh process", done["loaded_s"], BULK_S / 4, equal=done["equal"])
    largest = (more["largest"] - done["largest"]) / (2 * identifiers)
    yield Figure(
        name=f"largest memory of an import, for each identifier beyond {many}",
        amount=f"{largest:.0f} bytes per identifier",
        goal=f"{BYTES} bytes",
        equal=more["equal"],
        met=more["equal"] and largest <= BYTES,
    )


def _alone(identifiers: int) -> dict[str, Any]:
    """What ``bulk`` measures in a process of its own."""
    command = [sys.executable, "-m", "bench.identities", str(identifiers)]
    done: dict[str, Any] = msgspec.json.decode(subprocess.check_output(command))
    return done


def sustained(identifiers: int) -> Iterator[Figure]:
    """Live events into a shop that knows so many identifiers: until their journeys are there; and an unmerge there."""
    with shop_of(identifiers) as shop:
        seconds = [_joined(shop, number, identifiers) for number in range(ROUNDS)]
        count = shop.journeys().columns.events
        rate = LIVE / median(seconds[1:])
        yield Figure(
            name=f"live events per second into journeys, identity knowing {identifiers / 1e6:g} M identifiers",
            amount=f"{rate:,.0f} events/s",
            goal=f"{RATE:,} events/s",
            equal=(equal := count == identifiers // 2 + LIVE * ROUNDS),
            met=equal and rate >= RATE,
        )
        before = shop.journeys().columns.customer.copy()
        shop.identities.decide("merge", "u1", "u2")
        begun = perf_counter()
        shop.identities.decide("unmerge", "u1", "u2")
        equal = np.array_equal(shop.journeys().columns.customer, before)
        yield within("unmerge, until the journeys are right", perf_counter() - begun, CORRECT_S, equal=equal)


@contextmanager
def shop_of(identifiers: int) -> Iterator[Shop]:
    """A shop whose archive holds an account and a device per event."""
    with TemporaryDirectory() as folder, Shop.open(Path(folder) / "shop", create=True) as shop:
        stores, count = shop._stores, identifiers // 2
        with stores.log.reserve(count, "crowd") as first:
            stores.lake.append(pa.RecordBatchReader.from_batches(STORED, _batches(first, count)), note={})
        shop.journeys()
        yield shop


def _batches(first: int, count: int) -> Iterator[pa.RecordBatch]:
    for begin in range(0, count, 100_000):
        numbers = range(begin, min(count, begin + 100_000))
        size = len(numbers)
        given = {
            "seq": pa.array(np.arange(first + begin, first + begin + size)),
            "source": pa.array(["web"] * size),
            "event_id": pa.array([f"e{n}" for n in numbers]),
            "type": pa.array(["track"] * size),
            "event": pa.array(["Page Viewed"] * size),
            "channel": pa.array(["web"] * size),
            "occurred_at": pa.array([_START] * size).cast(STORED.field("occurred_at").type),
            "user_id": pa.array([f"u{n}" for n in numbers]),
            "anonymous_id": pa.array([_device(n) for n in numbers]),
        }
        arrays = [given.get(field.name, pa.nulls(size, field.type)) for field in STORED]
        yield pa.RecordBatch.from_arrays(arrays, schema=STORED)


def _joined(shop: Shop, number: int, identifiers: int) -> float:
    """The seconds until a round of live events is in the journeys: half of known people, half of new visitors, of
    whom some sign in."""
    random = np.random.default_rng(number)
    people = random.integers(0, identifiers // 2, LIVE).tolist()
    made = [
        Event(
            source="web",
            event_id=f"l{number}-{n}",
            event="Page Viewed",
            channel="web",
            occurred_at=_START + timedelta(seconds=number * LIVE + n),
            anonymous_id=_device(person) if n % 2 else f"new-{number}-{n}",
            user_id=f"u{person}" if n % 5 == 0 else None,
        )
        for n, person in enumerate(people)
    ]
    shop.record(made)
    begun = perf_counter()
    shop.journeys()
    return perf_counter() - begun


def _device(number: int) -> str:
    return f"{number * 2654435761 % (1 << 32):08x}-4c1d-9f3e-{number:012x}"


def bulk(identifiers: int) -> dict[str, Any]:
    """An import of visitors, accounts and addresses, in this process, which did nothing before."""
    with TemporaryDirectory() as folder:
        _identity(Path(folder) / "warm.db").follow(1, lambda *_: _sets(64))
        identity, begun = _identity(Path(folder) / "state.db"), perf_counter()
        identity.follow(identifiers, lambda *_: _sets(identifiers))
        resolved_s, largest = perf_counter() - begun, getrusage(RUSAGE_SELF).ru_maxrss * 1024
        again = _identity(Path(folder) / "state.db")
        begun = perf_counter()
        totals = again.moment().totals()
        loaded_s = perf_counter() - begun
        equal = totals == identity.totals() and totals.persons == identifiers // 4
    return {"resolved_s": resolved_s, "loaded_s": loaded_s, "largest": largest, "equal": equal}


def _identity(place: Path) -> Identity:
    rules = Rules.of(taxonomy().identifiers)
    return Identity(open_state(place), rules, lambda kind, column: normalise_column(kind, column, "ES"))


def _sets(identifiers: int) -> Iterator[pa.Table]:
    """Two devices, an account and an address for each person."""
    people, at_once = identifiers // 4, 125_000
    for begin in range(0, people, at_once):
        numbers = range(begin, min(people, begin + at_once))
        for turn in (0, 1):
            columns = {kind: pa.nulls(len(numbers), pa.string()) for kind in (*KINDS, "previous_id")}
            columns["anonymous_id"] = pa.array([_device(2 * n + turn) for n in numbers])
            columns["user_id"] = pa.array([f"user-{n}" for n in numbers])
            if turn:
                columns["email"] = pa.array([f"person{n}@example.com" for n in numbers])
            about = {
                "seq": pa.array(np.arange(len(numbers)) + 2 * begin + turn * len(numbers) + 1),
                "occurred_at": pa.array([_START] * len(numbers)).cast(SETS.field("occurred_at").type),
                "source": pa.array(["web"] * len(numbers)),
                "event": pa.array(["Page Viewed"] * len(numbers)),
            }
            yield pa.table({**columns, **about}, schema=SETS)


if __name__ == "__main__":
    print(msgspec.json.encode(bulk(int(sys.argv[1]))).decode())
