"""A seeded crowd of customers for the benchmarks: skewed, in visits, with a daily rhythm. Made once, then mapped.

``Crowd().columns()`` are 50 M events of 4 M customers; ``Crowd(events=1_000_000)`` as many per customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from periplo.analysis import Journeys
from periplo.journeys.columns import I64, Coded, Column, JourneyColumns

DATA = Path(__file__).parent / "data"
NAMES = (
    "Page Viewed",
    "Product Viewed",
    "Product Added",
    "Checkout Started",
    "Order Completed",
    "Products Searched",
    "Email Opened",
    "Cart Viewed",
    "Product List Viewed",
    "Email Clicked",
)
CHANNELS = ("web", "app", "email", "ads", "search", "social", "store", "sms", "push", "chat")
PROPERTIES = {
    "device": ("phone", "desktop", "tablet"),
    "country": tuple(f"country {n:02}" for n in range(40)),
    "campaign": tuple(f"campaign {n:03}" for n in range(200)),
}
AMOUNT, ORDER = "revenue_minor", NAMES.index("Order Completed")
"""Each order has an amount, in cents: ``time // 1000 % 9000 + 1000``, so that SQL can know it too."""
BEGUN_US = 1_735_689_600_000_000  # 2025-01-01
DAYS, PER_VISIT, ROWS_AT_ONCE = 180, 5, 5_000_000
ACTIVITY, TIES, WITHOUT_CAMPAIGN = 0.6, 0.03, 0.6
_MS, _DAY_MS, _HOUR_MS = 1000, 86_400_000, 3_600_000
_TIME_BITS = 35  # milliseconds of a year
_RHYTHM = (3, 2, 1, 1, 1, 2, 4, 6, 8, 9, 10, 11, 12, 12, 11, 11, 12, 13, 15, 17, 18, 15, 10, 5)


@dataclass(frozen=True)
class Crowd:
    """``events`` of ``customers`` (0: one per 12.5 events), of ``kinds`` kinds, the same for the same ``seed``."""

    events: int = 50_000_000
    customers: int = 0
    kinds: int = 100
    seed: int = 1

    @property
    def people(self) -> int:
        return self.customers or max(1, self.events * 2 // 25)

    @property
    def name(self) -> str:
        return f"crowd_{self.events}_{self.people}_{self.kinds}_{self.seed}"

    @property
    def folder(self) -> Path:
        return DATA / self.name

    @cached_property
    def event_names(self) -> tuple[str, ...]:
        """The commonest kinds first; those of a shop, then made-up ones."""
        return (*NAMES, *(f"Kind {n:03}" for n in range(len(NAMES), self.kinds)))[: self.kinds]

    def columns(self) -> JourneyColumns:
        """The journeys, memory-mapped."""
        if not (self.folder / "done").exists():
            _make(self)
        arrays = {name: self._array(name) for name in ("offsets", "time_us", "event", "channel")}
        return JourneyColumns(
            **arrays,
            customer=np.arange(1, self.people + 1),
            person=np.ones(self.people, np.bool_),
            event_names=self.event_names,
            channel_names=CHANNELS,
            since_us=BEGUN_US,
            until_us=int(arrays["time_us"].max()),
            properties=_Properties(self),
        )

    def journeys(self) -> Journeys:
        return Journeys(self.columns(), currency="EUR")

    def parquet(self) -> Path:
        """All events sorted by customer and time, codes for names of events and channels, texts of properties."""
        file = self.folder / "events.parquet"
        if not file.exists():
            _write(self.columns(), file)
        return file

    def _array(self, name: str) -> NDArray[Any]:
        return np.load(self.folder / f"{name}.npy", mmap_mode="r")


@dataclass(frozen=True)
class _Properties:
    crowd: Crowd

    def names(self) -> tuple[str, ...]:
        return (*PROPERTIES, AMOUNT)

    def column(self, name: str) -> Column | None:
        if name == AMOUNT:
            event, time_us = self.crowd._array("event"), self.crowd._array("time_us")
            return np.where(event == ORDER, time_us // _MS % 9_000 + 1_000, np.nan)
        return Coded(self.crowd._array(name), PROPERTIES[name]) if name in PROPERTIES else None


def _make(crowd: Crowd) -> None:
    rmtree(crowd.folder, ignore_errors=True)
    crowd.folder.mkdir(parents=True)
    random = np.random.default_rng(crowd.seed)
    owner, begun = _visits(crowd, random)
    sizes = _sizes(crowd, random, len(owner))
    key = _moments(random, owner, begun, sizes)
    customer = key >> _TIME_BITS
    counts = np.bincount(customer, minlength=crowd.people)
    _save(crowd, "offsets", np.concatenate(([0], np.cumsum(counts))))
    _save(crowd, "time_us", (key & ((1 << _TIME_BITS) - 1)) * _MS + BEGUN_US)
    _save(crowd, "event", _skewed(random, crowd.kinds, crowd.events, 1.1).astype(np.uint16))
    _save(crowd, "channel", np.repeat(_skewed(random, len(CHANNELS), len(sizes), 1.2).astype(np.uint8), sizes))
    _save(crowd, "device", np.repeat(_skewed(random, 3, crowd.people, 0.8), counts))
    _save(crowd, "country", np.repeat(_skewed(random, 40, crowd.people, 1.3), counts))
    campaign = _skewed(random, 200, len(sizes), 1.0)
    campaign[random.random(len(sizes)) < WITHOUT_CAMPAIGN] = -1
    _save(crowd, "campaign", np.repeat(campaign, sizes))
    (crowd.folder / "done").touch()


def _save(crowd: Crowd, name: str, array: NDArray[Any]) -> None:
    np.save(crowd.folder / f"{name}.npy", array)


def _visits(crowd: Crowd, random: np.random.Generator) -> tuple[I64, I64]:
    """The customer and the begin (ms) of each visit, in order; each customer has one, the busy ones very many."""
    people, visits = crowd.people, max(crowd.people, crowd.events // PER_VISIT)
    # Drawn by a power of a uniform number, which is Zipf's law over ranks with exponent ACTIVITY.
    rank = (random.random(visits - people) ** (1 / (1 - ACTIVITY)) * people).astype(np.int64)
    owner = np.concatenate((np.arange(people), random.permutation(people)[rank]))
    hours = np.repeat(np.arange(24), np.array(_RHYTHM) * 10)
    begun = random.integers(0, DAYS, visits) * _DAY_MS + random.integers(0, _HOUR_MS, visits)
    begun += hours[random.integers(0, len(hours), visits)] * _HOUR_MS
    key = owner << _TIME_BITS | begun
    key.sort()
    return key >> _TIME_BITS, key & ((1 << _TIME_BITS) - 1)


def _sizes(crowd: Crowd, random: np.random.Generator, visits: int) -> I64:
    """How many events each visit has: at least one, together exactly so many."""
    cuts = np.sort(random.integers(0, crowd.events - visits + 1, visits - 1))
    return np.diff(np.concatenate(([0], cuts, [crowd.events - visits]))) + 1


def _moments(random: np.random.Generator, owner: I64, begun: I64, sizes: I64) -> I64:
    """Customer and moment of each event in one number, sorted: some at the same instant, minutes at the most apart."""
    gap = random.standard_exponential(int(sizes.sum()), np.float32)
    gap *= 60_000
    gap[random.random(len(gap), np.float32) < TIES] = 0
    passed = np.cumsum(gap, dtype=np.float64).astype(np.int64)
    first = np.cumsum(sizes) - sizes
    key = np.repeat((owner << _TIME_BITS | begun) - passed[first], sizes)
    key += passed
    key.sort()
    return key


def _skewed(random: np.random.Generator, kinds: int, count: int, exponent: float) -> NDArray[np.int32]:
    """So many codes, the first ones commonest (Zipf), each at least once in 65,536."""
    weights = 1 / np.arange(1, kinds + 1) ** exponent
    bounds = np.round(np.cumsum(weights / weights.sum()) * (1 << 16)).astype(np.int64)
    table = np.repeat(np.arange(kinds, dtype=np.int32), np.diff(bounds, prepend=0))
    return table[random.integers(0, 1 << 16, count, np.uint16)]


def _write(columns: JourneyColumns, file: Path) -> None:
    part = file.with_suffix(".part")
    customer = np.repeat(columns.customer, np.diff(columns.offsets))
    texts = {name: columns.properties.column(name) for name in PROPERTIES}
    with parquet.ParquetWriter(part, _SCHEMA, compression="zstd") as writer:
        for begin in range(0, columns.events, ROWS_AT_ONCE):
            rows = slice(begin, begin + ROWS_AT_ONCE)
            arrays = [customer[rows], columns.time_us[rows], columns.event[rows], columns.channel[rows]]
            coded = [_texts(column, rows) for column in texts.values() if isinstance(column, Coded)]
            writer.write_table(pa.table([*map(pa.array, arrays), *coded], schema=_SCHEMA))
    part.rename(file)


def _texts(column: Coded, rows: slice) -> pa.Array:
    codes = column.codes[rows]
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(column.values))


_SCHEMA = pa.schema(
    {
        "customer": pa.int64(),
        "time_us": pa.int64(),
        "event": pa.uint16(),
        "channel": pa.uint8(),
        **{name: pa.dictionary(pa.int32(), pa.string()) for name in PROPERTIES},
    }
)
