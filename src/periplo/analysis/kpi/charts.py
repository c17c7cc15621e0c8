"""Key figures drawn: lines over time, bars by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from periplo.analysis.charts import Bar, Bars, Chart, Lines, Series
from periplo.analysis.charts.data import Unit
from periplo.analysis.grouping import group_label
from periplo.analysis.periods import PERIODS
from periplo.language import Lang, t
from periplo.language.formats import minor_digits

if TYPE_CHECKING:
    from periplo.analysis.kpi.result import Kpi

MOST = 8
"""So many figures are drawn at most; the table shows all."""
MOST_LINES = 6


def kpi_charts(values: Sequence[Kpi], by: str | None, over: str | None, lang: Lang) -> list[Chart]:
    """A chart for each figure that is split, in each currency; none where nothing is."""
    if by is None and over is None:
        return []
    timed = over is not None or by in PERIODS
    ordered = sorted(
        (kpi for kpi in values if kpi.value is not None and (kpi.group or kpi.period)),
        key=lambda kpi: (kpi.label, kpi.currency or ""),
    )
    order = {kpi.id: place for place, kpi in reversed([*enumerate(values)])}
    found = [list(each) for _, each in groupby(ordered, key=lambda kpi: (kpi.label, kpi.currency or ""))]
    found.sort(key=lambda kpis: order[kpis[0].id])
    return [_lines(kpis, by, over, lang) if timed else _bars(kpis, by or "", lang) for kpis in found[:MOST]]


def _lines(kpis: Sequence[Kpi], by: str | None, over: str | None, lang: Lang) -> Lines:
    """A line for each group, the ones with the most behind them."""
    points = sorted({_period(kpi, over) for kpi in kpis})
    groups: dict[str | None, dict[str, float]] = {}
    for kpi in sorted(kpis, key=lambda kpi: -kpi.n):
        group = kpi.group if over else None
        groups.setdefault(group, {})[_period(kpi, over)] = _scaled(kpi)
    series = [
        Series(group_label(by or "", group, lang), [values.get(point) for point in points])
        for group, values in list(groups.items())[:MOST_LINES]
    ]
    return Lines(title=_title(kpis[0], lang), points=points, series=series, unit=_unit(kpis[0]))


def _bars(kpis: Sequence[Kpi], by: str, lang: Lang) -> Bars:
    return Bars(title=_title(kpis[0], lang), bars=list(_each(kpis, by, lang)))


def _each(kpis: Sequence[Kpi], by: str, lang: Lang) -> Iterator[Bar]:
    for kpi in kpis:
        yield Bar(group_label(by, kpi.group, lang), kpi.tell(lang), kpi.value)


def _period(kpi: Kpi, over: str | None) -> str:
    return (kpi.period if over else kpi.group) or ""


def _title(kpi: Kpi, lang: Lang) -> str:
    label = t(kpi.label, lang)
    return f"{label[:1].upper()}{label[1:]}" + (f" ({kpi.currency})" if kpi.currency else "")


def _scaled(kpi: Kpi) -> float:
    """Money in major units: its scale has no currency beside it."""
    return (kpi.value or 0.0) / (10 ** minor_digits(kpi.currency) if kpi.unit == "money" and kpi.currency else 1)


def _unit(kpi: Kpi) -> Unit:
    return kpi.unit if kpi.unit in ("share", "seconds") else "number"
