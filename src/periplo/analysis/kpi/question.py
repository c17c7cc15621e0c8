"""The key figures as one question: one pass gathers the facts, every figure adds up its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from periplo.analysis.counting import coded
from periplo.analysis.facts import ORDERED, Facts, currencies_of
from periplo.analysis.grouping import Grouping
from periplo.analysis.kpi import SPECS
from periplo.analysis.kpi.buyers import time_between_orders
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.analysis.numbers import joined
from periplo.analysis.result import Definition
from periplo.journeys.columns import F64, I64, Bool, JourneyColumns
from periplo.journeys.kernels.tally import tally
from periplo.vocabulary import Taxonomy

_RANK = {"median": 0.5, "p90": 0.9}
_ENOUGH_SESSIONS = 30
_NONE: F64 = np.empty(0)
_DAY_US = 24 * 3600 * 1e6


@dataclass(frozen=True)
class Tally:
    """What one figure adds up: ``part, whole, n`` [groups, splits]; for quantiles each ``group`` and ``value``."""

    part: F64
    whole: F64
    n: I64
    group: I64
    value: I64

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.part + other.part,
            self.whole + other.whole,
            self.n + other.n,
            joined((self.group, other.group)),
            joined((self.value, other.value)),
        )


@dataclass(frozen=True)
class KpiQuestion:
    """``longest_gap_us``: nine of ten times between orders are shorter; who has been silent for longer has churned."""

    taxonomy: Taxonomy
    grouping: Grouping
    specs: Sequence[Spec]
    absent: Sequence[tuple[Spec, list[str]]]
    currencies: tuple[str, ...]
    default_currency: int
    channel_names: tuple[str, ...]
    longest_gap_us: float

    @classmethod
    def of(cls, columns: JourneyColumns, taxonomy: Taxonomy, grouping: Grouping, currency: str | None) -> KpiQuestion:
        names, default = currencies_of(columns, currency)
        seen = np.bincount(columns.event, minlength=len(columns.event_names))
        occurring = {name for name, n in zip(columns.event_names, seen, strict=True) if n}
        gaps = time_between_orders(Facts(columns, taxonomy, names, default)).part
        lacks = [(spec, list(missing(spec, columns, occurring, len(gaps)))) for spec in SPECS]
        return cls(
            taxonomy,
            grouping,
            [spec for spec, lacking in lacks if not lacking],
            [(spec, lacking) for spec, lacking in lacks if lacking],
            names,
            default,
            columns.channel_names,
            float(np.quantile(gaps, 0.9)) if len(gaps) else np.inf,
        )

    def map(self, part: JourneyColumns) -> list[Tally]:
        facts = Facts(part, self.taxonomy, self.currencies, self.default_currency)
        measured = {measure: measure(facts) for measure in {spec.measure: None for spec in self.specs}}
        return [self._tally(spec, measured[spec.measure], part) for spec in self.specs]

    def merge(self, left: list[Tally], right: list[Tally]) -> list[Tally]:
        return [a + b for a, b in zip(left, right, strict=True)]

    def finish(self, state: list[Tally]) -> list[Kpi]:
        """All figures in the order of the list: first of everything together, then of each group."""
        found = {spec.id: list(self._figures(spec, sums)) for spec, sums in zip(self.specs, state, strict=True)}
        found |= {spec.id: [replace(self._kpi(spec, None, 0, None), missing=lacking)] for spec, lacking in self.absent}
        return [kpi for spec in SPECS for kpi in found[spec.id]]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``kpi/<id>`` or ``kpi/<id>/<group>``: the customers that count; for times all that were measured."""
        by_id = {spec.id: spec for spec in self.specs}
        match ref.split("/", 2):
            case ["kpi", name, *group] if name in by_id and {*group} <= {*self.grouping.labels}:
                facts = Facts(columns, self.taxonomy, self.currencies, self.default_currency)
                found = by_id[name].measure(facts)
                counts = self._part(by_id[name], found) != 0 if by_id[name].how not in _RANK else found.row >= 0
                if group:
                    counts &= self.grouping.codes(columns, found.row) == self.grouping.labels.index(group[0])
                return np.unique(facts.customer(found.row[counts]))
        return None

    def _tally(self, spec: Spec, measured: Measured, part: JourneyColumns) -> Tally:
        shape = len(self.grouping.labels), self._splits(spec)
        group = self.grouping.codes(part, measured.row)
        cell = group if measured.split is None else group * shape[1] + measured.split
        whole = _NONE if measured.whole is None else measured.whole
        counted, ranked = self._part(spec, measured), spec.how in _RANK
        parts, wholes, n = tally(cell, counted.astype(np.float64), whole.astype(np.float64), shape[0] * shape[1])
        return Tally(
            parts.reshape(shape),
            wholes.reshape(shape),
            n.reshape(shape),
            group if ranked else group[:0],
            measured.part.astype(np.int64) if ranked else group[:0],
        )

    def _part(self, spec: Spec, measured: Measured) -> F64 | I64 | Bool:
        return measured.part > self.longest_gap_us if spec.how == "beyond" else measured.part

    def _splits(self, spec: Spec) -> int:
        return {"": 1, "currency": len(self.currencies), "channel": len(self.channel_names)}[spec.split]

    def _figures(self, spec: Spec, sums: Tally) -> Iterator[Kpi]:
        together = Tally(
            sums.part.sum(axis=0, keepdims=True),
            sums.whole.sum(axis=0, keepdims=True),
            sums.n.sum(axis=0, keepdims=True),
            np.zeros_like(sums.group),
            sums.value,
        )
        yield from self._group(spec, together, 0, None)
        if len(self.grouping.labels) > 1:
            for g, label in enumerate(self.grouping.labels):
                if sums.n[g].any():
                    yield from self._group(spec, sums, g, label)

    def _group(self, spec: Spec, sums: Tally, g: int, label: str | None) -> Iterator[Kpi]:
        part, whole, n = sums.part[g], sums.whole[g], sums.n[g]
        if spec.how in _RANK:
            values = sums.value[sums.group == g]
            value = float(np.quantile(values, _RANK[spec.how])) / 1e6 if len(values) else None
            yield self._kpi(spec, value, len(values), label)
        elif spec.how == "spread":
            rates = (part / np.maximum(whole, 1))[(whole >= _ENOUGH_SESSIONS) & (part > 0) & (part < whole)]
            value = float(rates.max() - rates.min()) if len(rates) > 1 else None
            yield self._kpi(spec, value, int(n.sum()), label)
        else:
            for s in np.flatnonzero(n):
                value = float(part[s]) if spec.how == "sum" else float(part[s] / whole[s])
                yield self._kpi(spec, value, int(n[s]), label, self.currencies[s] if spec.split else "")
            if not n.any():
                yield self._kpi(spec, 0.0 if spec.how == "sum" else None, 0, label)

    def _kpi(self, spec: Spec, value: float | None, n: int, group: str | None, currency: str = "") -> Kpi:
        days = round(self.longest_gap_us / _DAY_US, 1) if np.isfinite(self.longest_gap_us) else None
        return Kpi(
            id=spec.id,
            label=spec.label,
            meaning=spec.meaning,
            values={"days": days} if spec.how == "beyond" else {},
            unit=spec.unit,
            value=value,
            n=n,
            group=group,
            currency=currency or None,
        )


DEFINITION = Definition(
    "Key figures of the period; each says what it means and what it was measured on. Figures of customers, sessions "
    "and carts leave out orders of unknown customers; orders and money count them."
)


def missing(spec: Spec, columns: JourneyColumns, occurring: Set[str], repeats: int) -> Iterator[str]:
    """What a figure needs and the data do not have: events, a property, a kind of survey, a second order."""
    yield from (" | ".join(names) for names in spec.needs if not occurring & {*names})
    if spec.column and columns.properties.column(spec.column) is None:
        yield spec.column
    elif spec.survey and spec.survey not in {value.casefold() for value in _values(columns, "survey")}:
        yield f"survey: {spec.survey}"
    if spec.again and not repeats and {ORDERED} <= occurring:
        yield "a customer with two orders"


def _values(columns: JourneyColumns, name: str) -> tuple[str, ...]:
    column = coded(columns, name)
    return column.values if column else ()
