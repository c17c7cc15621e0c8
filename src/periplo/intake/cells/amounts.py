"""Columns of money and other numbers, exact: millionths in 64-bit integers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.intake.cells.texts import text
from periplo.intake.model import I64, Bool

MILLION = 1_000_000
LARGEST = 9_000_000_000_000  # what fits in 64 bits as millionths
EXAMPLES = {"point": "1234.56", "comma": "1234,56"}

_SIGNS = re.compile(r"[\s\u00a0\u202f\u2009'’_]|[^\W\d_]{3}\.?(?![a-z])|[€$£¥₹₩₽₺฿]|R\$|kr\.?|zł|Fr\.?", re.I)
_POINT = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d{1,2})?", re.I)
_COMMA = (
    "AR AT BE BG BO BR BY CL CO CR CY CZ DE DK EC EE ES FI FO FR GE GR HR HU ID IS IT LT LU LV MC MD ME MK NL NO PL PT "
    "PY RO RS RU SE SI SK TR UA UY VE VN"
)
_COMMA_COUNTRIES = frozenset(_COMMA.split(" "))


@dataclass(frozen=True, slots=True)
class Amounts:
    """``millionths`` int64[n]; ``there`` where a value is, ``bad`` where it is no number, or too large a one."""

    millionths: I64
    there: Bool
    bad: Bool


class SignEvidence:
    """What the values of a column say about its decimal sign, as far as they were seen."""

    def __init__(self) -> None:
        self.signs: Counter[str] = Counter()
        self.either = ""

    def see(self, column: pa.Array) -> None:
        if pa.types.is_string(column.type):
            for value in pc.unique(text(column)).drop_null().to_pylist():
                self._see(_SIGNS.sub("", value))

    @property
    def open(self) -> bool:
        """Whether values such as ``1.234`` can be read in two ways, and no other value tells which."""
        return bool(self.either) and not self.signs

    def style(self, country: str) -> str:
        """``point`` or ``comma``. Where nothing tells, the habit of the country."""
        if self.signs:
            return self.signs.most_common(1)[0][0]
        return "comma" if country in _COMMA_COUNTRIES and self.either else "point"

    def _see(self, value: str) -> None:
        points, commas = value.count("."), value.count(",")
        if points and commas:
            self.signs["point" if value.rfind(".") > value.rfind(",") else "comma"] += 1
        elif points > 1 or commas > 1:
            self.signs["comma" if points else "point"] += 1
        elif points or commas:
            before, after = re.split("[.,]", value)
            if len(after) == 3 and 1 <= len(before.lstrip("+-(")) <= 3 and before.lstrip("+-(") != "0":
                self.either = value
            else:
                self.signs["point" if points else "comma"] += 1


def read_amounts(column: pa.Array, style: str) -> Amounts:
    """The numbers of a column; in text, ``style`` is ``point`` (1,234.56) or ``comma`` (1.234,56)."""
    kind = column.type
    there = column.is_valid().to_numpy(zero_copy_only=False)
    if pa.types.is_integer(kind):
        whole = pc.fill_null(column, 0).to_numpy(zero_copy_only=False)
        bad = (whole > LARGEST) | (whole < -LARGEST)
        return Amounts(np.where(bad, 0, whole).astype(np.int64) * MILLION, there, bad)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _fractions(column, there)
    return _texts(text(column), style)


def _fractions(column: pa.Array, there: Bool) -> Amounts:
    # Up to 2^53 millionths, a float and its nearest integer are the same number.
    scaled = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False) * MILLION
    there = there & ~np.isnan(scaled)
    bad = there & ~(np.abs(scaled) < LARGEST * MILLION)
    return Amounts(np.rint(np.where(there & ~bad, scaled, 0)).astype(np.int64), there, bad)


def _texts(values: pa.Array, style: str) -> Amounts:
    coded = values.dictionary_encode()
    there = coded.indices.is_valid().to_numpy(zero_copy_only=False)
    read = [millionths(value, style) for value in coded.dictionary.to_pylist()]
    if not read:
        return Amounts(np.zeros(len(values), np.int64), there, np.zeros(len(values), bool))
    place = pc.fill_null(coded.indices, 0).to_numpy(zero_copy_only=False)
    found = np.array([value or 0 for value in read], np.int64)[place]
    return Amounts(found, there, there & np.array([value is None for value in read], bool)[place])


def millionths(value: str, style: str) -> int | None:
    """``"1.234,50 €"`` in style ``comma`` -> 1234500000; None where it is no number written in that style."""
    plain = _SIGNS.sub("", value).replace("−", "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    elif plain.endswith("-"):
        plain = "-" + plain[:-1]
    if style == "comma":
        plain = plain.translate(_SWAP)
    if not _POINT.fullmatch(plain):
        return None
    try:
        number = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None
    return int((number * MILLION).to_integral_value()) if abs(number) < LARGEST else None


def to_minor_units(amounts: I64, digits: I64) -> I64:
    """Millionths as minor units of currencies with ``digits`` int64[n] decimal digits, half a unit rounded up."""
    unit = 10 ** (6 - digits)
    minor: I64 = np.sign(amounts) * ((np.abs(amounts) + unit // 2) // unit)
    return minor


_SWAP = str.maketrans(".,", ",.")
