"""The plain formula: mean order value x orders per year x years as a customer (SEMANTICS 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from periplo.analysis.charts import Bar, Bars, Chart
from periplo.analysis.grouping import group_label
from periplo.analysis.result import Definition, Result, Shown
from periplo.analysis.value.purchases import Purchases, Reader, by_size
from periplo.journeys.columns import I64, JourneyColumns
from periplo.language import Lang, money, number, t

DAYS_PER_YEAR = 365.25


class PlainValue(msgspec.Struct, frozen=True, kw_only=True):
    """The formula for customers with orders in one currency; ``group`` None: all of them.

    ``mean_order_minor`` is of orders with a known amount. None: there is nothing to divide by (no amount known, or
    nobody has been a customer for any time).
    """

    currency: str | None
    group: str | None
    ref: str
    customers: int
    orders: int
    mean_order_minor: float | None
    orders_per_year: float | None
    years: float | None
    value_minor: float | None


class PlainValues(Result, frozen=True, kw_only=True):
    """Mean order value x orders per year x years, of all and by group."""

    values: list[PlainValue]
    by: str | None

    def rows(self) -> list[Mapping[str, Any]]:
        return [msgspec.structs.asdict(value) for value in self.values]

    def shown(self, lang: Lang) -> Shown:
        heads = [t(self.by or "customers", lang), t("customers", lang), t("orders", lang)]
        heads += [t("mean order value", lang), t("orders per year", lang), t("years as a customer", lang)]
        heads += [t("value", lang)]
        most = max((value.value_minor or 0.0 for value in self.values), default=0.0) or 1.0
        bars = [(value.value_minor or 0.0) / most for value in self.values]
        return Shown(t("Plain customer value", lang), heads, [_cells(self.by, v, lang) for v in self.values], 1, bars)

    def charts(self, lang: Lang) -> list[Chart]:
        bars = [
            Bar(_label(self.by, value, lang), _amount(value, value.value_minor, lang), value.value_minor)
            for value in self.values
        ]
        return [Bars(title=t("Plain customer value", lang), bars=bars)]


@dataclass(frozen=True)
class PlainQuestion:
    """``years``: how long a customer stays; None: as long as they have been customers so far, on average."""

    reader: Reader
    now: float
    years: float | None
    margin: float

    def map(self, part: JourneyColumns) -> Purchases:
        return self.reader.read(part)

    def merge(self, left: Purchases, right: Purchases) -> Purchases:
        return left + right

    def finish(self, state: Purchases) -> list[tuple[PlainValue, I64]]:
        """Each value with the numbers of its customers; currencies with the most customers first."""
        size = np.bincount(state.currency, minlength=len(self.reader.currencies))
        kept = by_size(size, self.reader.currencies) or [self.reader.default_currency]
        found = []
        for code in kept:
            mine = state.pick(state.currency == code)
            groups = self.reader.split.masks(mine.group) if self.reader.split else []
            for name, some in ((None, mine), *((name, mine.pick(mask)) for name, mask in groups)):
                found.append((self._value(self.reader.currencies[code], name, some), some.customer))
        return found

    def _value(self, currency: str, group: str | None, some: Purchases) -> PlainValue:
        orders, paid = int(some.orders.sum()), int(some.paid.sum())
        lived = float((self.now - some.first).sum()) / DAYS_PER_YEAR
        mean = float(some.spent.sum()) / paid if paid and currency else None
        rate = orders / lived if lived else None
        years = self.years if self.years is not None else lived / len(some) if lived else None
        known = mean is not None and rate is not None and years is not None
        return PlainValue(
            currency=currency or None,
            group=group,
            ref="/".join(filter(None, ("plain_value", currency or "none", group))),
            customers=len(some),
            orders=orders,
            mean_order_minor=mean,
            orders_per_year=rate,
            years=years,
            value_minor=mean * rate * years * self.margin if known else None,  # type: ignore[operator]
        )


def definition(years: float | None, margin: float) -> Definition:
    values = {"margin": f"{margin * 100:g}", "years": f"{years or 0:g}"}
    if years is None:
        return Definition(
            "Mean order value x orders per year x years as a customer, x {margin} % that is kept. Orders per year: all "
            "orders / all years since the customers' first orders; years: their mean. Orders with a known amount make "
            "the mean order value, before refunds. Only known customers; each currency alone.",
            {"margin": values["margin"]},
        )
    return Definition(
        "Mean order value x orders per year x {years} years, x {margin} % that is kept. Orders per year: all orders / "
        "all years since the customers' first orders. Orders with a known amount make the mean order value, before "
        "refunds. Only known customers; each currency alone.",
        values,
    )


def _label(by: str | None, value: PlainValue, lang: Lang) -> str:
    said = group_label(by or "", value.group, lang)
    return f"{said} ({value.currency})" if value.currency else said


def _amount(value: PlainValue, minor: float | None, lang: Lang) -> str:
    return "–" if minor is None or value.currency is None else money(minor, value.currency, lang)


def _cells(by: str | None, value: PlainValue, lang: Lang) -> list[str]:
    return [
        _label(by, value, lang),
        number(value.customers, lang),
        number(value.orders, lang),
        _amount(value, value.mean_order_minor, lang),
        "–" if value.orders_per_year is None else number(value.orders_per_year, lang, 2),
        "–" if value.years is None else number(value.years, lang, 2),
        _amount(value, value.value_minor, lang),
    ]
