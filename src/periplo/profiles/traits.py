"""What was told of a customer: each value, since when, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from periplo.profiles.rows import Row, properties
from periplo.vocabulary.taxonomy import plain


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a trait: ``since`` when it holds, and the ``source`` and ``event`` that told it first."""

    value: Any
    since: datetime
    source: str
    event: str


def trait_history(rows: Sequence[Row]) -> dict[str, list[Value]]:
    """The values of each trait, the newest last, from events in time order; one told again is the same.

    Traits are told by the calls that say who somebody is (identify, alias). A blank value tells nothing.
    """
    found: dict[str, list[Value]] = {}
    for row in rows:
        if row["type"] == "identify":
            for name, value in properties(row).items():
                before = found.get(name, [])
                if value in (None, "") or (before and before[-1].value == value):
                    continue
                told = Value(value=value, since=row["occurred_at"], source=row["source"], event=row["event"])
                found[name] = [*before, told]
    return found


def full_name(traits: Mapping[str, Any]) -> str:
    """The name of a person, from the traits ``name``, or ``first_name`` and ``last_name``; empty where none is told."""
    said = {plain(name): value.strip() for name, value in traits.items() if isinstance(value, str)}
    parts = [said.get("firstname", ""), said.get("lastname", "")]
    return said.get("name") or " ".join(filter(None, parts))
