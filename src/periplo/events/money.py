"""Amounts as integers in minor units of their ISO 4217 currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from babel.numbers import is_currency

from periplo.language.formats import minor_digits

_MOST = Decimal(2**63 - 1)
_SURE, _NEAR = 1e12, 0.25


def to_minor(amount: Any, currency: str | None) -> int:
    """An amount in major units (a number, or text with a decimal point) in minor units, half a unit rounded up.

    Without a currency two digits are taken. Raises ``ValueError`` where it is no amount or does not fit in 64 bits.
    """
    return _whole(amount, minor_digits(currency) if currency else 2)


def to_count(pieces: Any) -> int:
    """A number of pieces, rounded to a whole one. Raises ``ValueError`` as ``to_minor`` does."""
    return _whole(pieces, 0)


@cache
def known_currency(code: str) -> bool:
    """Whether ``code`` (upper case) is an ISO 4217 currency."""
    return bool(is_currency(code))


def _whole(value: Any, digits: int) -> int:
    if type(value) is float or type(value) is int:
        scaled = float(value) * 10.0**digits
        # Far from the middle between two units the binary fraction cannot round the wrong way.
        if abs(scaled) < _SURE and abs(scaled - round(scaled)) < _NEAR:
            return round(scaled)
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError(value)
    try:
        whole = Decimal(str(value).strip()).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(value) from error
    if not whole.is_finite() or abs(whole) > _MOST:
        raise ValueError(value)
    return int(whole)
