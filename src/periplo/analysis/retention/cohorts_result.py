"""What cohorts answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from periplo.analysis.charts import Cell, Chart, Heatmap, Row
from periplo.analysis.grouping import group_label
from periplo.analysis.periods import Period
from periplo.analysis.result import Result, Shown
from periplo.language import Lang, money, number, percent, t


class CohortMoney(msgspec.Struct, frozen=True, kw_only=True):
    """Revenue of orders, and less what was given back in the same time; minor units. Per customer of the cohort."""

    currency: str
    gross_minor: int
    net_minor: int
    net_per_customer: float


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a cohort ordered in the period ``after`` periods later, 0 being the first: ``rate`` of all of them.

    Orders and money are those of that period; ``orders_per_customer`` is over the whole cohort. ``complete``: the
    period is over.
    """

    after: int
    customers: int
    rate: float
    orders: int
    orders_per_customer: float
    money: list[CohortMoney]
    complete: bool


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The customers whose first order was in ``period``, with all their orders and money up to the end.

    ``last_incomplete``: the last of the ``returns`` is of a period that is not over.
    """

    period: str
    customers: int
    orders: int
    orders_per_customer: float
    money: list[CohortMoney]
    returns: list[Return]
    last_incomplete: bool

    @property
    def month(self) -> str:
        """The period, where cohorts are by month."""
        return self.period


class CohortGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The same for the customers whose first order had this value of the property."""

    value: str
    cohorts: list[Cohort]
    mean: list[Return]


class Cohorts(Result, frozen=True, kw_only=True):
    """Cohorts of first orders. ``mean`` takes only periods that are over."""

    unit: Period
    cohorts: list[Cohort]
    mean: list[Return]
    by: str | None = None
    groups: list[CohortGroup]

    def rows(self) -> list[Mapping[str, Any]]:
        """A row per cohort and period after; with money in several currencies a column for each."""
        tables = [(group.value, group.cohorts) for group in self.groups] if self.by else [(None, self.cohorts)]
        currencies = list(dict.fromkeys(each.currency for cohort in self.cohorts for each in cohort.money))
        return [
            {**({self.by: value} if self.by else {}), self.unit: cohort.period, "size": cohort.customers}
            | _row(each, currencies)
            for value, cohorts in tables
            for cohort in cohorts
            for each in cohort.returns
        ]

    def charts(self, lang: Lang) -> list[Chart]:
        most = max((len(cohort.returns) for cohort in self.cohorts), default=0)
        rows = [
            Row(each.period, [_chart_cell(each, back, lang) for back in each.returns[1:]], number(each.customers, lang))
            for each in self.cohorts
        ]
        columns = [f"+{k}" for k in range(1, most)]
        return [Heatmap(title=t(_TITLES[self.unit], lang), columns=columns, rows=rows, head=t("first order", lang))]

    def shown(self, lang: Lang) -> Shown:
        most = max((len(cohort.returns) for cohort in self.cohorts), default=0)
        heads = [t(self.by, lang)] if self.by else []
        heads += [t("first order", lang), t("customers", lang), t("orders per customer", lang), t("revenue, net", lang)]
        heads += [f"+{k}" for k in range(1, most)]
        tables = [(None, self.cohorts, self.mean), *((each.value, each.cohorts, each.mean) for each in self.groups)]
        rows = []
        for value, cohorts, mean in tables:
            group = [group_label(self.by, value, lang)] if self.by else []
            rows += [[*group, *_cells(cohort, most, lang)] for cohort in cohorts]
            rates = [percent(each.rate, lang) for each in mean[1:]]
            rows.append([*group, t("mean", lang), "", "", "", *rates, *[""] * (max(most - 1, 0) - len(rates))])
        return Shown(t(_TITLES[self.unit], lang), heads, rows, 2 if self.by else 1)


_TITLES = {"day": "Daily cohorts", "week": "Weekly cohorts", "month": "Monthly cohorts"}


def _row(found: Return, currencies: list[str]) -> dict[str, Any]:
    plain = {name: getattr(found, name) for name in ("after", "customers", "rate", "orders", "orders_per_customer")}
    paid = {each.currency: each for each in found.money}
    several = len(currencies) > 1
    for currency in currencies:
        suffix = f"_{currency.lower()}" if several else ""
        here = paid.get(currency)
        plain |= {f"gross_minor{suffix}": here.gross_minor if here else 0}
        plain |= {f"net_minor{suffix}": here.net_minor if here else 0}
    return plain | {"complete": found.complete}


def _chart_cell(cohort: Cohort, back: Return, lang: Lang) -> Cell:
    tip = t(
        "{period}, +{after}: {customers} of {eligible}",
        lang,
        period=cohort.period,
        after=back.after,
        customers=number(back.customers, lang),
        eligible=number(cohort.customers, lang),
    )
    return Cell(back.rate, percent(back.rate, lang), tip, faint=not back.complete)


def _cells(cohort: Cohort, most: int, lang: Lang) -> list[str]:
    shown = [percent(each.rate, lang) + ("" if each.complete else " *") for each in cohort.returns[1:]]
    paid = " + ".join(
        money(each.net_minor, each.currency, lang, whole=True) if each.currency else number(each.net_minor, lang)
        for each in cohort.money
    )
    orders = number(cohort.orders_per_customer, lang, 2)
    return [cohort.period, number(cohort.customers, lang), orders, paid, *shown, *[""] * (most - len(cohort.returns))]
