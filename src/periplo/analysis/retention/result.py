"""What retention answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from periplo.analysis.charts import Cell, Chart, Heatmap, Lines, Row, Series
from periplo.analysis.grouping import group_label
from periplo.analysis.periods import Period
from periplo.analysis.result import Result, Shown
from periplo.language import Lang, number, percent, t


class RetentionCell(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a cohort who came back so many periods ``after`` ("3", or the bracket "1-3").

    ``eligible`` are the customers for whom that time is over, ``customers`` those of them who came back, ``rate``
    their share (None where nobody is eligible). For ``open`` others it is not over; ``so_far`` of them came back
    already. ``eligible + open`` is the whole cohort; the cell is ``complete`` when nobody is open.
    """

    after: str
    customers: int
    eligible: int
    rate: float | None
    open: int
    so_far: int
    complete: bool


class RetentionCohort(msgspec.Struct, frozen=True, kw_only=True):
    """The ``customers`` who began in a ``period``, and their returns as far as the data reach."""

    period: str
    customers: int
    cells: list[RetentionCell]


class RetentionMean(msgspec.Struct, frozen=True, kw_only=True):
    """The mean over ``cohorts`` of those for whom the time is over: ``customers`` of ``eligible`` came back."""

    after: str
    rate: float | None
    customers: int
    eligible: int
    cohorts: int


class RetentionGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The same for the customers whose beginning had this value of the property."""

    value: str
    cohorts: list[RetentionCohort]
    mean: list[RetentionMean]


class Retention(Result, frozen=True, kw_only=True):
    """Cohorts by the period of the beginning, their returns, and the mean over them; with ``by`` also per group."""

    unit: Period
    start: str
    back: str
    cohorts: list[RetentionCohort]
    mean: list[RetentionMean]
    by: str | None = None
    groups: list[RetentionGroup]

    def rows(self) -> list[Mapping[str, Any]]:
        return [
            {**({self.by: value} if self.by else {}), "cohort": cohort.period, "size": cohort.customers}
            | msgspec.structs.asdict(cell)
            for value, cohorts, _ in self._tables()
            for cohort in cohorts
            for cell in cohort.cells
            if value is not None or not self.by
        ]

    def charts(self, lang: Lang) -> list[Chart]:
        """The triangle of all customers, and the mean; of groups a line each."""
        columns = [f"+{mean.after}" for mean in self.mean]
        rows = [
            Row(
                each.period, [_chart_cell(each.period, cell, lang) for cell in each.cells], number(each.customers, lang)
            )
            for each in self.cohorts
        ]
        named = [(group_label(self.by or "", group.value, lang), group.mean) for group in self.groups]
        lines = [Series(name, [each.rate for each in mean]) for name, mean in [(t("all", lang), self.mean), *named]]
        return [
            Heatmap(title=t("Retention", lang), columns=columns, rows=rows, head=t("began in", lang), most=1.0),
            Lines(title=t("Mean retention", lang), points=columns, series=lines, unit="share"),
        ]

    def shown(self, lang: Lang) -> Shown:
        labels = [mean.after for mean in self.mean]
        heads = [t(self.by, lang)] if self.by else []
        heads += [t("began in", lang), t("customers", lang), *(f"+{label}" for label in labels)]
        rows = []
        for value, cohorts, mean in self._tables():
            group = [group_label(self.by, value, lang)] if self.by else []
            rows += [[*group, *_cells(cohort, len(labels), lang)] for cohort in cohorts]
            size = number(sum(cohort.customers for cohort in cohorts), lang)
            rows.append([*group, t("mean", lang), size, *(_rate(each.rate, lang) for each in mean)])
        return Shown(t("Retention", lang), heads, rows, 2 if self.by else 1)

    def _tables(self) -> Iterator[tuple[str | None, list[RetentionCohort], list[RetentionMean]]]:
        yield None, self.cohorts, self.mean
        yield from ((group.value, group.cohorts, group.mean) for group in self.groups)


def _cells(cohort: RetentionCohort, most: int, lang: Lang) -> list[str]:
    shown = [cell_text(cell, lang) for cell in cohort.cells]
    return [cohort.period, number(cohort.customers, lang), *shown, *[""] * (most - len(shown))]


def _chart_cell(period: str, cell: RetentionCell, lang: Lang) -> Cell:
    rate = cell.rate if cell.eligible else cell.so_far / cell.open
    came, of = (cell.customers, cell.eligible) if cell.eligible else (cell.so_far, cell.open)
    tip = t(
        "{period}, +{after}: {customers} of {eligible}",
        lang,
        period=period,
        after=cell.after,
        customers=number(came, lang),
        eligible=number(of, lang),
    )
    return Cell(rate, cell_text(cell, lang), tip, faint=not cell.complete)


def cell_text(cell: RetentionCell, lang: Lang) -> str:
    """The rate of a cell; with a star where it is not complete, of those so far where nobody's time is over."""
    if cell.complete:
        return _rate(cell.rate, lang)
    rate = cell.rate if cell.eligible else cell.so_far / cell.open
    return _rate(rate, lang) + " *"


def _rate(rate: float | None, lang: Lang) -> str:
    return "–" if rate is None else percent(rate, lang)
