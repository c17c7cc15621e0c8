"""Messages written in the order in which a collector would have received them, a chunk at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import zstandard
from numpy.typing import NDArray

from periplo.simulator.arrays import DAY_MS, I64
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import NAMINGS, Kind
from periplo.simulator.plan import Rows
from periplo.simulator.texts import fixed_texts, hex_texts, inside
from periplo.simulator.world import World

CHUNK = 65_536
"""Messages written at once: some 40 MB of text."""

LEVEL = 1


class Order(NamedTuple):
    """The rows to write, retries included, in the order of their arrival; ``delay``: from happening to arrival, ms."""

    row: I64
    delay: I64


def in_order(world: World, rows: Rows) -> Order:
    """The order of arrival; some messages arrive twice."""
    rng = world.random("duplicates")
    again = np.flatnonzero(rows.client & (rng.random(len(rows)) < world.parameters.people.duplicate))
    delay = rows.delay.astype(np.int64)
    later = delay[again] + rng.integers(5_000, 600_000, len(again))
    row, delay = np.concatenate([np.arange(len(rows)), again]), np.concatenate([delay, later])
    order = np.argsort(rows.at[row] + delay, kind="stable")
    return Order(row[order], delay[order])


def write(
    world: World,
    identities: Identities,
    rows: Rows,
    order: Order,
    path: Path,
    progress: Callable[[float], None] | None,
) -> None:
    """All messages as zstd-compressed JSON lines."""
    writer, total = _Writer(world, identities, rows), len(order.row)
    with path.open("wb") as file, zstandard.ZstdCompressor(level=LEVEL).stream_writer(file) as packed:
        for first in range(0, total, CHUNK):
            chunk = slice(first, first + CHUNK)
            packed.write(writer.lines(order.row[chunk], order.delay[chunk]))
            if progress:
                progress(min(1.0, (first + CHUNK) / total))


class _Writer:
    """A message is a row of fragments laid side by side; a chunk of messages is one join of columns."""

    def __init__(self, world: World, identities: Identities, rows: Rows) -> None:
        self.world, self.identities, self.rows = world, identities, rows
        self.texts = world.texts.array()
        self.heads = pa.array([_head(kind, naming) for kind in Kind for naming in range(len(NAMINGS))])
        self.told = pa.array([f'}},"{"traits" if kind.call == "identify" else "properties"}":{{' for kind in Kind])
        self.stamps = _Stamps(world)

    def lines(self, row: I64, delay: I64) -> pa.Buffer:
        """The messages of some rows as JSON lines."""
        rows = self.rows
        kind, client, at = rows.kind[row].astype(np.int64), rows.client[row], rows.at[row]
        skew = np.where(client, self.identities.skew_of(rows.device[row]), 0)
        travel = np.minimum(delay, 150)
        original, sent = at - np.where(client, travel, 0) + skew, at + delay - travel + skew
        joined = pc.binary_join_element_wise(
            '{"messageId":"',
            hex_texts(self.world.seed + 2, row),
            self.heads.take(kind * len(NAMINGS) + rows.naming[row]),
            self._text(rows.device[row]),
            self._text(rows.user[row]),
            _either(client, ',"originalTimestamp":"', ',"timestamp":"'),
            self.stamps.write(original),
            _either(client, '","sentAt":"', ""),
            pc.if_else(pa.array(client), self.stamps.write(sent), ""),
            '","receivedAt":"',
            self.stamps.write(at + delay),
            '","context":{',
            self._text(rows.context[row]),
            self._text(rows.more[row]),
            self.told.take(kind),
            self._text(rows.body[row]),
            self._text(rows.extra[row]),
            "}}\n",
            "",
        )
        return joined.buffers()[2]

    def _text(self, numbers: NDArray[np.int32]) -> pa.Array:
        return self.texts.take(pa.array(numbers))


def _head(kind: Kind, naming: int) -> str:
    named = {"track": {"event": kind.named(naming)}, "identify": {}}.get(kind.call, {"name": kind.title})
    return '",' + inside({"type": kind.call} | named)


def _either(mask: NDArray[np.bool_], yes: str, no: str) -> pa.Array:
    return pa.array([no, yes]).take(pa.array(mask.astype(np.int8)))


class _Stamps:
    """Writes instants (ms) as ISO 8601 in UTC with milliseconds, from tables of days, minutes and milliseconds."""

    AROUND_DAYS = 400
    """How far behind and ahead a wrong clock may lie."""

    def __init__(self, world: World) -> None:
        self.first = world.clocks.start // DAY_MS - self.AROUND_DAYS
        last = world.clocks.end // DAY_MS + self.AROUND_DAYS
        days = np.datetime_as_string(np.arange(self.first, last).astype("datetime64[D]"))
        self.days = np.array([f"{day}T" for day in days.tolist()], "S11")
        self.minutes = np.array([f"{m // 60:02d}:{m % 60:02d}:" for m in range(1440)], "S6")
        self.seconds = np.array([f"{ms // 1000:02d}.{ms % 1000:03d}Z" for ms in range(60_000)], "S7")

    def write(self, instant: I64) -> pa.Array:
        day, rest = np.divmod(instant, DAY_MS)
        minute, ms = np.divmod(rest, 60_000)
        stamp = np.empty(len(instant), [("day", "S11"), ("minute", "S6"), ("second", "S7")])
        stamp["day"] = self.days[day - self.first]
        stamp["minute"], stamp["second"] = self.minutes[minute], self.seconds[ms]
        return fixed_texts(stamp.tobytes(), 24)
