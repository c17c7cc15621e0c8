"""The key figures as one question: one pass gathers the facts, every figure adds up its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from periplo.analysis.counting import coded
from periplo.analysis.facts import ORDERED, Facts, Past, currencies_of
from periplo.analysis.grouping import Grouping, Together
from periplo.analysis.kpi.result import Kpi
from periplo.analysis.kpi.setting import Setting
from periplo.analysis.kpi.spec import Spec
from periplo.analysis.kpi.surveys import scale_of
from periplo.analysis.kpi.tallying import RANK, Tally, added_up
from periplo.analysis.result import Definition
from periplo.journeys.columns import I64, JourneyColumns
from periplo.vocabulary import Taxonomy

_ENOUGH = 30
_DAY_US = 24 * 3600 * 1e6


@dataclass(frozen=True)
class KpiQuestion:
    """``specs`` are those that can be measured, ``absent`` the others with what they lack, ``asked`` all in order."""

    taxonomy: Taxonomy
    grouping: Grouping
    asked: Sequence[Spec]
    specs: Sequence[Spec]
    absent: Sequence[tuple[Spec, list[str]]]
    currencies: tuple[str, ...]
    default_currency: int
    channel_names: tuple[str, ...]
    past: Past
    values: dict[str, dict[str, Any]]

    @classmethod
    def of(
        cls,
        columns: JourneyColumns,
        setting: Setting,
        taxonomy: Taxonomy,
        grouping: Grouping,
        currency: str | None,
        asked: Sequence[Spec],
        ordered_before: I64,
    ) -> KpiQuestion:
        names, default = currencies_of(columns, currency)
        occurring = {name for name, seen in zip(columns.event_names, setting.occurring, strict=True) if seen}
        there = {name: columns.properties.column(name) is not None for name in {spec.column for spec in asked} - {""}}
        surveys = {value.casefold() for value in _texts(columns, "survey")}
        lacks = [(spec, list(missing(spec, occurring, there, surveys, len(setting.gaps_us)))) for spec in asked]
        specs = [spec for spec, lacking in lacks if not lacking]
        return cls(
            taxonomy,
            grouping,
            asked,
            specs,
            [(spec, lacking) for spec, lacking in lacks if lacking],
            names,
            default,
            columns.channel_names,
            Past(setting.longest_gap_us, ordered_before),
            {spec.id: _values(spec, setting) for spec in specs},
        )

    def map(self, part: JourneyColumns) -> list[Tally]:
        facts = self._facts(part)
        measured = {measure: measure(facts) for measure in {spec.measure: None for spec in self.specs}}
        return [added_up(spec, measured[spec.measure], facts, self.grouping, self._splits(spec)) for spec in self.specs]

    def merge(self, left: list[Tally], right: list[Tally]) -> list[Tally]:
        return [a + b for a, b in zip(left, right, strict=True)]

    def finish(self, state: list[Tally]) -> list[Kpi]:
        """All figures in the order of the list: first of everything together, then of each group."""
        found = {spec.id: list(self._figures(spec, sums)) for spec, sums in zip(self.specs, state, strict=True)}
        found |= {spec.id: [replace(self._kpi(spec, None, 0, None), missing=lacking)] for spec, lacking in self.absent}
        return [kpi for spec in self.asked for kpi in found[spec.id]]

    def behind(self, columns: JourneyColumns, ref: str) -> I64 | None:
        """``kpi/<id>`` or ``kpi/<id>/<group>``: the customers that count; for times all that were measured."""
        by_id = {spec.id: spec for spec in self.specs}
        match ref.split("/", 2):
            case ["kpi", name, *group] if name in by_id and {*group} <= {*self.grouping.labels}:
                facts = self._facts(columns)
                found = by_id[name].measure(facts)
                counts = found.part != 0 if by_id[name].how not in RANK else found.row >= 0
                if group:
                    counts &= self.grouping.codes(columns, found.row) == self.grouping.labels.index(group[0])
                return np.unique(facts.customer(found.row[counts]))
        return None

    def _facts(self, part: JourneyColumns) -> Facts:
        return Facts(part, self.taxonomy, self.currencies, self.default_currency, self.past)

    def _splits(self, spec: Spec) -> int:
        return {"": 1, "currency": len(self.currencies), "channel": len(self.channel_names)}[spec.split]

    def _figures(self, spec: Spec, sums: Tally) -> Iterator[Kpi]:
        yield from self._group(spec, sums, -1, None)
        if not isinstance(self.grouping, Together):
            for g, label in enumerate(self.grouping.labels):
                if sums.n[g].any():
                    yield from self._group(spec, sums, g, label)

    def _group(self, spec: Spec, sums: Tally, g: int, label: str | None) -> Iterator[Kpi]:
        part, whole, n = sums.part[g], sums.whole[g], sums.n[g]
        if spec.how in RANK:
            values = sums.value if label is None else sums.value[sums.group == g]
            value = float(np.quantile(values, RANK[spec.how])) / 1e6 if len(values) else None
            yield self._kpi(spec, value, len(values), label)
        elif spec.how == "spread":
            rates = (part / np.maximum(whole, 1))[(whole >= _ENOUGH) & (part > 0) & (part < whole)]
            value = float(rates.max() - rates.min()) if len(rates) > 1 else None
            yield self._kpi(spec, value, int(n.sum()), label)
        else:
            for s in np.flatnonzero(n):
                found = part[s] if spec.how == "sum" else part[s] / whole[s] if whole[s] else None
                yield self._kpi(
                    spec,
                    None if found is None else float(found),
                    int(n[s]),
                    label,
                    self.currencies[s] if spec.split else "",
                )
            if not n.any():
                yield self._kpi(spec, 0.0 if spec.how == "sum" else None, 0, label)

    def _kpi(self, spec: Spec, value: float | None, n: int, group: str | None, currency: str = "") -> Kpi:
        return Kpi(
            id=spec.id,
            label=spec.label,
            meaning=spec.meaning,
            values=self.values.get(spec.id) or dict.fromkeys(("days", "scale"), "–") | dict(spec.values),
            unit=spec.unit,
            value=value,
            n=n,
            group=group,
            currency=currency or None,
            less_is_better=spec.less,
        )


DEFINITION = Definition(
    "Key figures of the period; each says what it means and what it was measured on. Figures of customers, sessions "
    "and carts leave out orders of unknown customers; orders and money count them."
)


def missing(
    spec: Spec, occurring: Set[str], there: Mapping[str, bool], surveys: Set[str], repeats: int
) -> Iterator[str]:
    """What a figure needs and the data do not have: events, a property, a kind of survey, a second order."""
    yield from (" | ".join(names) for names in spec.needs if not occurring & {*names})
    if spec.column and not there[spec.column]:
        yield spec.column
    elif spec.survey and spec.survey not in surveys:
        yield f"survey: {spec.survey}"
    if spec.again and not repeats and {ORDERED} <= occurring:
        yield "a customer with two orders"


def _values(spec: Spec, setting: Setting) -> dict[str, Any]:
    """What fills the meaning of a figure: the days of silence that are too many, the scale of a survey."""
    values = dict(spec.values)
    if "{days}" in spec.meaning:
        values["days"] = round(setting.longest_gap_us / _DAY_US, 1)
    if "{scale}" in spec.meaning:
        values["scale"] = scale_of(spec.survey, setting.scales[spec.survey])
    return values


def _texts(columns: JourneyColumns, name: str) -> tuple[str, ...]:
    column = coded(columns, name)
    return column.values if column else ()
