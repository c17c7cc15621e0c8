"""Identifiers in their one normal form (SEMANTICS 2), and values that are none."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import phonenumbers
import pyarrow as pa

from periplo.vocabulary import Taxonomy, taxonomy
from periplo.vocabulary.vectors import map_distinct


def normalise(kind: str, value: str | None, country: str | None = None, words: Taxonomy | None = None) -> str | None:
    """The normal form of an identifier, or None where ``value`` is none.

    ``kind``: user_id, email (trimmed, lower case), phone (E.164), or any other (trimmed). ``country``: ISO 3166
    two-letter code of the shop, for phone numbers without a country code. ``words``: a shop's own taxonomy.
    """
    return _form(kind, country, words or taxonomy())(value or "")


def normalise_column(kind: str, column: Any, country: str | None = None, words: Taxonomy | None = None) -> pa.Array:
    """``normalise`` over a text column, once per distinct value; null where a value is no identifier."""
    return map_distinct(column, _form(kind, country, words or taxonomy()))


def _form(kind: str, country: str | None, words: Taxonomy) -> Callable[[str], str | None]:
    never = words.never_identifiers
    shapes: dict[str, Callable[[str], str | None]] = {"email": _email, "phone": partial(_phone, country=country)}
    shape = shapes.get(kind, str)

    def normal(value: str) -> str | None:
        trimmed = value.strip()
        if trimmed in never:
            return None
        shaped = shape(trimmed)
        return None if shaped is None or (shaped != trimmed and shaped in never) else shaped

    return normal


def _email(value: str) -> str | None:
    before, at, after = value.casefold().rpartition("@")
    return value.lower() if before and at and after and len(value.split()) == 1 else None


@lru_cache(1 << 16)
def _phone(value: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
