"""What every result carries (law 5): its definition in words, its evidence, its rows, the customers behind a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
import numpy as np
import pyarrow as pa

from periplo.analysis.charts import Bar, Bars, Chart
from periplo.analysis.drawing import draw
from periplo.errors import MissingExtra, UnknownName
from periplo.journeys.columns import I64
from periplo.language import Lang, day, from_environment, number, percent, t

if TYPE_CHECKING:
    from periplo.drawing.theme import Theme

Opener = Callable[[str], I64 | None]
"""Finds the customers behind a reference: indices into the journeys that were asked, or None if there is no such."""


class Definition(msgspec.Struct, frozen=True):
    """A definition in words: an English template known to the catalogue, with the values that fill it."""

    text: str
    values: dict[str, Any] = {}

    def tell(self, lang: Lang) -> str:
        return t(self.text, lang, **self.values)


class Evidence(msgspec.Struct, frozen=True):
    """On what a number rests: how many customers and events, in which window, and what was left out.

    ``known_share`` is the share of events whose customer is a person (not the anonymous customer of one order).
    ``until`` is the last instant looked at. ``only`` says to what the journeys were narrowed, in each language.
    ``left_out`` counts what the question did not look at, by reason (English texts known to the catalogue).
    """

    customers: int
    events: int
    since: datetime
    until: datetime
    known_share: float = 1.0
    left_out: dict[str, int] = {}
    zone: str = "UTC"
    only: dict[Lang, str] = {}

    def tell(self, lang: Lang) -> str:
        said = t(
            "{n} {n:customer|customers}, {events} {events:event|events}, {since} to {until}, "
            "{known} of events with a known customer",
            lang,
            n=number(self.customers, lang),
            events=number(self.events, lang),
            since=day(self.since, lang, self.zone),
            until=day(self.until, lang, self.zone),
            known=percent(self.known_share, lang),
        )
        reasons = (f"{number(n, lang)} {_reason(reason, n, lang)}" for reason, n in self.left_out.items() if n)
        return "; ".join((said, *reasons))


def _reason(reason: str, n: int, lang: Lang) -> str:
    """Why so many were left out; where it was one, in its own words."""
    alone = {
        "unknown customers, one per order": t("unknown customer, of one order", lang),
        "rows without a readable time": t("row without a readable time", lang),
        "touches longer ago than the look-back": t("touch longer ago than the look-back", lang),
    }
    return alone.get(reason, t(reason, lang)) if n == 1 else t(reason, lang)


class Shown(NamedTuple):
    """A result as a reader sees it: texts in their language. The first ``left`` columns are words, the rest numbers.

    ``bars`` is a share between 0 and 1 for each row, drawn as a bar; empty where nothing is to be compared.
    """

    title: str
    heads: list[str]
    rows: list[list[str]]
    left: int = 1
    bars: Sequence[float] = ()


class Result(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Base of all results. A subclass adds its numbers, and says how they look as rows and to a reader."""

    definition: Definition
    evidence: Evidence

    def rows(self) -> list[Mapping[str, Any]]:
        """The result as plain rows, one mapping per row, the same keys in each."""
        raise NotImplementedError

    def shown(self, lang: Lang) -> Shown:
        """The result as a table for a reader."""
        raise NotImplementedError

    def charts(self, lang: Lang) -> list[Chart]:
        """What the result looks like drawn, as plain data: the rows of the table as bars, unless it says more."""
        return [_as_bars(self.shown(lang))]

    def chart(self, lang: Lang = "en", theme: Theme = "light", *, fonts: bool = True) -> str:
        """The charts as one SVG document, with definition and evidence at its foot. ``theme``: light, dark or auto.

        ``fonts``: carry Roboto inside; leave it out in a page that shows many.
        """
        from periplo.analysis.charts.drawing import draw as drawn  # so that who only counts loads no typeface

        return drawn(self.charts(lang), lang, theme, self.explain(lang), fonts=fonts)

    def opened_by(self, opener: Opener) -> Self:
        """The same result, able to list the customers behind its numbers."""
        self.__dict__["_opener"] = opener
        return self

    @property
    def opener(self) -> Opener | None:
        """What lists the customers behind its numbers; None for a result without journeys."""
        return self.__dict__.get("_opener")

    def behind(self, ref: str) -> I64:
        """The customers behind one number: indices, ascending, into the columns of the journeys that were asked (on
        Spark the customers' numbers).

        Raises ``UnknownName`` where the result has no number with this reference.
        """
        found = self.opener(ref) if self.opener else None
        if found is None:
            raise UnknownName("number", ref, [])
        return np.asarray(found, np.int64)

    def told(self, lang: Lang) -> Self:
        """The same result with the texts inside it in a language; most have none."""
        return self

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data that JSON can carry."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain | {"definition": self.definition.tell("en")}

    def to_arrow(self) -> pa.Table:
        return pa.Table.from_pylist([dict(row) for row in self.rows()])

    def to_pandas(self) -> Any:
        try:
            import pandas  # noqa: F401
        except ImportError as error:
            raise MissingExtra(
                "This table needs pandas.", fix="Install it: pip install 'periplo[notebook]'."
            ) from error
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
        return f"{self.definition.tell(lang)} {self._grounds(lang)}"

    def _grounds(self, lang: Lang) -> str:
        """By what it was split, to what it was narrowed, and the evidence."""
        by = getattr(self, "by", None)
        split = t("Split by {by}.", lang, by=t(by, lang)) if by else ""
        return " ".join(filter(None, (split, self.evidence.only.get(lang), f"{self.evidence.tell(lang)}.")))

    def _repr_html_(self) -> str:
        lang = from_environment()
        return draw(self.shown(lang), self.explain(lang), self.chart(lang, "auto", fonts=False))


def _as_bars(shown: Shown) -> Bars:
    """A table as bars: its words are the labels, its first number is told beside each."""
    shares = [*shown.bars, *[None] * (len(shown.rows) - len(shown.bars))]
    bars = [
        Bar(" · ".join(filter(None, row[: shown.left])), row[shown.left] if len(row) > shown.left else "", share)
        for row, share in zip(shown.rows, shares, strict=True)
    ]
    return Bars(title=shown.title, bars=bars, most=1.0 if shown.bars else None)


class Count(msgspec.Struct, frozen=True):
    """How often something was seen: an event, a channel, a page. ``name`` None: all others together."""

    name: str | None
    n: int


class TouchCount(msgspec.Struct, frozen=True):
    """How often a touchpoint (channel x kind of contact) was seen."""

    channel: str
    contact: str
    n: int
