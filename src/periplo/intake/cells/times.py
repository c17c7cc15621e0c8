"""A column of times: in which way it is written is decided once, from its values; then all rows are read that way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake import reasons
from periplo.intake.cells.texts import text
from periplo.intake.cells.timetext import EXAMPLES, Moment, epoch_us, order_of, read, way_of
from periplo.intake.cells.zones import to_utc
from periplo.intake.model import I64, Bool, Reason

_EARLIEST, _LATEST = np.array(["1900-01-01", "2201-01-01"], "datetime64[us]").astype(np.int64)
_MONTH_FIRST_COUNTRIES = frozenset({"US", "PH", "FM", "PW", "MH"})


@dataclass(frozen=True, slots=True)
class Times:
    """``us`` int64[n] microseconds since 1970 UTC; ``there`` where a value is, ``bad`` where it cannot be read."""

    us: I64
    there: Bool
    bad: Bool


class Evidence:
    """What the values of a column say about the way its times are written, as far as they were seen."""

    def __init__(self) -> None:
        self.ways: Counter[str] = Counter()
        self.orders: Counter[str] = Counter()

    def see(self, column: pa.Array) -> None:
        """Takes in more values; typed columns need no evidence."""
        if is_typed(column.type):
            return
        for value in pc.unique(text(column)).drop_null().to_pylist():
            way = way_of(value)
            self.ways[way] += 1
            if way == "numeric" and (order := order_of(value)):
                self.orders[order] += 1

    @property
    def open(self) -> bool:
        """Whether the column has numeric dates, none of which shows if day or month comes first."""
        return self._most() == "numeric" and not self.orders

    @property
    def trust(self) -> float:
        """Share of the values that are times at all."""
        return 1 - self.ways[""] / max(1, sum(self.ways.values()))

    def way(self, country: str) -> str:
        """The way most values are written. Where nothing tells day from month, the habit of the country."""
        if self._most() != "numeric":
            return self._most()
        usual = "month-first" if country in _MONTH_FIRST_COUNTRIES else "day-first"
        return self.orders.most_common(1)[0][0] if self.orders else usual

    def _most(self) -> str:
        return max(self.ways.keys() - {""}, key=lambda way: (self.ways[way], way), default="iso")


def is_typed(kind: pa.DataType) -> bool:
    """Whether a column of this type needs no reading of text."""
    return not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind))


def read_times(column: pa.Array, way: str, zone: str) -> Times:
    """The instants of a column; ``zone`` (IANA) is that of times without one."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _typed(column.cast(pa.timestamp("us", kind.tz), safe=False), "UTC" if kind.tz else zone)
    if pa.types.is_date(kind):
        return _typed(column.cast(pa.timestamp("us")), zone)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _epochs(column.cast(pa.float64()) if not pa.types.is_integer(kind) else column)
    values = text(column)
    return (_iso(values, zone) if way == "iso" else None) or _distinct(values, way, zone)


def why_bad(value: str, way: str) -> Reason:
    """The reason for a value that is not written as the rest of its column."""
    other = any(read(value, another) for another in EXAMPLES if another != way)
    return (reasons.OTHER_DATES if other else reasons.BAD_TIME)(value=value, format=EXAMPLES.get(way, way))


def _iso(values: pa.Array, zone: str) -> Times | None:
    """The quick way: all values are plain ISO, all with a zone or all without."""
    plain = pc.replace_substring_regex(values, " ?(UTC|GMT)$", "Z") if _ends_in_word(values) else values
    for tz in (None, "UTC"):
        try:
            return _typed(plain.cast(pa.timestamp("us", tz)), "UTC" if tz else zone)
        except pa.ArrowInvalid:
            continue
    return None


def _ends_in_word(values: pa.Array) -> bool:
    first = next((value.as_py() for value in values if value.is_valid), "")
    return first.endswith(("UTC", "GMT"))


def _typed(column: pa.Array, zone: str) -> Times:
    there = column.is_valid().to_numpy(zero_copy_only=False)
    us = pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    bad = there & ((us < _EARLIEST) | (us >= _LATEST))
    return Times(to_utc(np.where(bad, 0, us), zone), there, bad)


def _epochs(column: pa.Array) -> Times:
    there = column.is_valid().to_numpy(zero_copy_only=False)
    numbers, place = np.unique(pc.fill_null(column, 0).to_numpy(zero_copy_only=False), return_inverse=True)
    us = np.array([epoch_us(number) if abs(number) < 1e20 else _LATEST for number in numbers.tolist()], np.int64)
    return Times(us[place], there, there & ((us < _EARLIEST) | (us >= _LATEST))[place])


def _distinct(values: pa.Array, way: str, zone: str) -> Times:
    """The thorough way: each distinct value is read once."""
    coded = values.dictionary_encode()
    moments = [read(value, way) for value in coded.dictionary.to_pylist()]
    found = [moment or Moment(0, False) for moment in moments]
    us, local = np.array([m.us for m in found], np.int64), np.array([m.local for m in found], bool)
    us = np.where(local, to_utc(us, zone), us)
    wrong = np.array([moment is None for moment in moments], bool)
    there = coded.indices.is_valid().to_numpy(zero_copy_only=False)
    if not len(found):
        return Times(np.zeros(len(values), np.int64), there, np.zeros(len(values), bool))
    place = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
    return Times(us[place], there, there & wrong[place])
