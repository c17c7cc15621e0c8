"""The key figures asked of journeys: of all of them, of groups, periods and segments."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from msgspec.structs import replace

from periplo.analysis.basis import Basis
from periplo.analysis.facts import ORDERED, Facts, currencies_of
from periplo.analysis.grouping import Grouping, Together, limited
from periplo.analysis.kpi import SPECS, specs
from periplo.analysis.kpi.before import chained, compared, targeted, whole_periods
from periplo.analysis.kpi.consistency import MISMATCHES, ConsistencyQuestion
from periplo.analysis.kpi.costs import with_costs
from periplo.analysis.kpi.kept import COST, RATE, Kept
from periplo.analysis.kpi.opening import Opening, read_hours
from periplo.analysis.kpi.over import crossed
from periplo.analysis.kpi.question import DEFINITION, KpiQuestion
from periplo.analysis.kpi.result import Kpi, Kpis
from periplo.analysis.kpi.setting import Setting, SettingQuestion
from periplo.analysis.kpi.spec import Spec
from periplo.analysis.kpi.surveys import Scoring
from periplo.analysis.periods import PERIODS, Period
from periplo.analysis.question import ask
from periplo.errors import UnknownName
from periplo.journeys.columns import I64, JourneyColumns

MOST_GROUPS = 20
FIGURES = (*(spec.id for spec in SPECS), RATE, COST, *MISMATCHES)
"""The ids of all key figures, in the order they are shown."""


@dataclass(frozen=True)
class KpiOptions:
    """The options of ``Journeys.kpis``."""

    over: Period | None
    figures: Sequence[str]
    targets: Mapping[str, float]
    costs: Mapping[str, float]
    hours: str
    scoring: Scoring

    def of(self, journeys: Basis, by: str | None, whole: JourneyColumns) -> Kpis:
        """``whole``: all events, whatever is looked at, which tell who ordered before."""
        self._check()
        asked = _Asked(journeys, self, by, whole)
        found = asked.figures()
        if self.costs:
            found = with_costs(found, self.costs, journeys.currency)
        if self.figures:
            found = [kpi for kpi in found if kpi.id in self.figures]
        if self.targets:
            found = targeted(found, self.targets, journeys.currency)
        return Kpis(
            definition=DEFINITION,
            evidence=journeys.evidence,
            values=[_placed(kpi, by) for kpi in found] if self.over else found,
            by=by,
            over=self.over,
        ).opened_by(asked.behind)

    def by_segment(self, journeys: Basis, everything: JourneyColumns) -> Kpis:
        """All together, then each segment; a customer may be in several. Targets hold for each."""
        alone = dataclasses.replace(self, targets={})
        whole, inside = alone.of(journeys, None, everything), journeys.in_segments()
        each = {name: alone.of(narrowed, None, everything) for name, narrowed in inside.items()}
        values = [replace(kpi, group=name) for name, found in each.items() for kpi in found.values if not kpi.missing]
        values = [*whole.values, *values]
        if self.targets:
            values = targeted(values, self.targets, journeys.currency)
        found = replace(whole, values=values, by="segment")
        return found.opened_by(journeys.open_segment(whole, inside, each))

    def _check(self) -> None:
        for name in self.figures:
            if name not in FIGURES:
                raise UnknownName("key figure", name, FIGURES)


@dataclass(frozen=True)
class _Asked:
    """One asking: the split of this period and of the one before, and the questions to both."""

    journeys: Basis
    options: KpiOptions
    by: str | None
    all_columns: JourneyColumns

    def figures(self) -> list[Kpi]:
        journeys, earlier, over_time = self.journeys, self.journeys.earlier, self._unit is not None
        found = journeys.ask(self._question)
        if earlier is not None:
            setting = ask(earlier, self._setting, journeys.threads)
            before = self._ask_of(earlier, setting, Together() if over_time else self._groups)
            found = compared(found, ask(earlier, before, journeys.threads))
        kept = [*self._kept.figures()] if {RATE, COST} & {*self._wanted} else []
        found = [*found, *(kpi for kpi in kept if kpi.id in self._wanted)]
        if {*MISMATCHES} & {*self._wanted}:
            found += self._consistency.figures(journeys.columns, self._differing)
        return chained(found, self._whole) if over_time else found

    def behind(self, ref: str) -> I64 | None:
        if ref.startswith((f"kpi/{RATE}", f"kpi/{COST}")):
            return self._kept.behind(ref)
        if ref.startswith(tuple(f"kpi/{name}" for name in MISMATCHES)):
            return self.journeys.find(partial(self._consistency.behind, found=self._differing), ref)
        return self.journeys.find(self._question.behind, ref)

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        """The figures to compute: those asked for, and what costs are shared among."""
        chosen = tuple(self.options.figures) or FIGURES
        return (*chosen, "new_customers", "acquisition_cost", RATE, COST) if self.options.costs else chosen

    @cached_property
    def _unit(self) -> Period | None:
        return self.options.over or next((unit for unit in PERIODS if unit == self.by), None)

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        unit = self._unit
        return tuple(whole_periods(self.journeys.columns, self.journeys.zone, unit)) if unit else ()

    @cached_property
    def _groups(self) -> Grouping:
        return limited(self.journeys.groups(self.by), self.journeys.columns, MOST_GROUPS)

    @cached_property
    def _split(self) -> Grouping:
        over = self.options.over
        return crossed(self.journeys.groups(over), self._groups) if over else self._groups

    @cached_property
    def _question(self) -> KpiQuestion:
        return self._ask_of(self.journeys.columns, self.journeys.ask(self._setting), self._split)

    @property
    def _setting(self) -> SettingQuestion:
        surveys = tuple({spec.survey for spec in self._specs if "{scale}" in spec.meaning})
        return SettingQuestion(self.journeys.taxonomy, surveys)

    @cached_property
    def _specs(self) -> list[Spec]:
        columns, options = self.journeys.columns, self.options
        opening = Opening.of(read_hours(options.hours), columns.since_us, columns.until_us, self.journeys.zone)
        known = specs(opening, options.hours, options.scoring)
        return [spec for spec in known if spec.id in self._wanted]

    def _ask_of(self, columns: JourneyColumns, setting: Setting, grouping: Grouping) -> KpiQuestion:
        before = self._ordered_before(columns)
        journeys = self.journeys
        return KpiQuestion.of(columns, setting, journeys.taxonomy, grouping, journeys.currency, self._specs, before)

    @cached_property
    def _kept(self) -> Kept:
        journeys = self.journeys
        return Kept(journeys.taxonomy, journeys.columns, journeys.earlier, self._split, journeys.currency, self._whole)

    @cached_property
    def _consistency(self) -> ConsistencyQuestion:
        columns, journeys = self.journeys.columns, self.journeys
        currencies = currencies_of(columns, journeys.currency)
        return ConsistencyQuestion.of(columns, journeys.taxonomy, journeys.zone, currencies)

    @cached_property
    def _differing(self) -> dict[str, tuple[I64, I64]]:
        return self.journeys.ask(self._consistency)

    def _ordered_before(self, columns: JourneyColumns) -> I64:
        """Customers who ordered before the window, in any channel."""
        whole = self.all_columns
        if columns.since_us <= whole.since_us:
            return np.empty(0, np.int64)
        facts = Facts(whole, self.journeys.taxonomy, ("",), 0)
        rows = facts.rows(ORDERED)
        return np.unique(whole.customer[facts.customer(rows[whole.time_us[rows] < columns.since_us])])


def _placed(kpi: Kpi, by: str | None) -> Kpi:
    """A group such as 2026-03/web as a period and a group."""
    if kpi.group is None:
        return kpi
    period, _, group = kpi.group.partition("/")
    return replace(kpi, period=period, group=group or None)
