"""What every result carries (law 5): its definition in words, its evidence, and its rows as a plain table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from periplo.errors import MissingExtra
from periplo.language import Lang, day, number, percent, t


class Definition(msgspec.Struct, frozen=True):
    """A definition in words: an English template known to the catalogue, with the values that fill it."""

    text: str
    values: dict[str, Any] = {}

    def tell(self, lang: Lang) -> str:
        return t(self.text, lang, **self.values)


class Evidence(msgspec.Struct, frozen=True):
    """On what a number rests: how many customers and events, in which window, and what was left out.

    ``known_share`` is the share of events whose customer is a person (not the anonymous customer of one order).
    """

    customers: int
    events: int
    since: datetime
    until: datetime
    known_share: float = 1.0
    left_out: dict[str, int] = {}

    def tell(self, lang: Lang) -> str:
        return t(
            "{n} customers, {events} events, {since} to {until}, {known} of events with a known customer",
            lang,
            n=number(self.customers, lang),
            events=number(self.events, lang),
            since=day(self.since, lang),
            until=day(self.until, lang),
            known=percent(self.known_share, lang),
        )


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all results. A subclass adds its rows and says in ``rows`` how they look as a table."""

    definition: Definition
    evidence: Evidence

    def rows(self) -> list[Mapping[str, Any]]:
        """The result as plain rows, one mapping per row, the same keys in each."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can carry."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"definition": self.definition.tell("en")}

    def to_arrow(self) -> pa.Table:
        return pa.Table.from_pylist([dict(row) for row in self.rows()])

    def to_pandas(self) -> Any:
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        try:
            import polars
        except ImportError as error:
            raise MissingExtra(
                "This table needs Polars.", fix="Install it: pip install 'periplo[notebook]'."
            ) from error
        return polars.from_arrow(self.to_arrow())

    def explain(self, lang: Lang = "en") -> str:
        """What was computed, on what, in words."""
        return f"{self.definition.tell(lang)} {self.evidence.tell(lang)}."
