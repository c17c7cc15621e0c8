"""What customers are worth, as an answer: the fitted models, and lines of customers with what is expected of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

import msgspec
import pyarrow as pa
from msgspec.structs import asdict, replace

from periplo.analysis.charts import Bar, Bars, Chart
from periplo.analysis.result import Result, Shown
from periplo.analysis.value.likelihood import Parameter
from periplo.analysis.value.words import tell
from periplo.language import Lang, money, number, percent, t


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A fitted model, or the ``reason`` why there is none (an English text known to the catalogue, with ``values``).

    ``determined`` False: other parameters fit the data as well; they carry no errors, and nothing has an interval.
    """

    name: str = ""
    customers: int = 0
    log_likelihood: float | None = None
    parameters: list[Parameter] = []
    determined: bool = True
    reason: str = ""
    values: dict[str, Any] = {}

    def tell(self, lang: Lang) -> str:
        if self.reason:
            return t(self.reason, lang, **self.values)
        said = ", ".join(_parameter(each, lang) for each in self.parameters)
        text = t(
            "{name} on {n} {n:customer|customers}: {parameters}; log-likelihood {log_likelihood}.",
            lang,
            name=self.name,
            n=number(self.customers, lang),
            parameters=said,
            log_likelihood=number(self.log_likelihood or 0.0, lang, 1),
        )
        rim = "Other parameters fit these data as well: nothing here has an interval, and little can be built on it."
        return text if self.determined else f"{text} {t(rim, lang)}"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Some customers, or one, and what is expected of them in the time ahead.

    ``part``     all, tenth (1 the most valuable), group or customer, with its ``name``; ``ref`` opens it
    ``alive``    the (mean) probability of still being a customer
    ``orders``, ``value_minor``  expected, together, with the intervals of these expectations (low, high)
    ``share``    of the value of all
    ``customer, purchases, silent_days``  of one customer: the name, purchases so far, days since the last
    ``orders_at_least`` … ``value_at_most``  of one customer: between these their own future lies
    """

    part: str
    name: str
    ref: str
    customers: int
    alive: float | None = None
    orders: float | None = None
    orders_low: float | None = None
    orders_high: float | None = None
    value_minor: float | None = None
    value_low: float | None = None
    value_high: float | None = None
    share: float | None = None
    customer: str | None = None
    purchases: int | None = None
    silent_days: float | None = None
    orders_at_least: float | None = None
    orders_at_most: float | None = None
    value_at_least: float | None = None
    value_at_most: float | None = None


class CurrencyValue(msgspec.Struct, frozen=True, kw_only=True):
    """The buyers in one currency (None: money of no known currency), the models of them, and the lines."""

    currency: str | None
    customers: int
    repeaters: int
    orders: Fitted
    money: Fitted
    lines: list[Line]


class CustomerValues(Result, frozen=True, kw_only=True):
    """What is expected of customers in the time ahead, per currency."""

    currencies: list[CurrencyValue]
    horizon_days: float
    level: float
    by: str | None = None

    def get(self, part: str = "all", name: str = "", currency: str | None = None) -> Line:
        """One line, of the first currency unless one is named. Raises ``KeyError``."""
        for book in self.currencies:
            for line in book.lines:
                if (line.part, line.name) == (part, name) and currency in (None, book.currency):
                    return line
        raise KeyError((part, name, currency))

    def everyone(self) -> pa.Table:
        """Every buyer, a row per currency, with what is expected of them; the most valuable first."""
        table: Callable[[], pa.Table] = self.__dict__["_everyone"]
        return table()

    def listing(self, everyone: Callable[[], pa.Table]) -> Self:
        """The same result, able to list everyone."""
        self.__dict__["_everyone"] = everyone
        return self

    def rows(self) -> list[Mapping[str, Any]]:
        return [{"currency": book.currency, **asdict(line)} for book in self.currencies for line in book.lines]

    def told(self, lang: Lang) -> Self:
        books = [
            replace(book, orders=_told(book.orders, lang), money=_told(book.money, lang)) for book in self.currencies
        ]
        return self._same(replace(self, currencies=books))

    def _same(self, other: Self) -> Self:
        other.__dict__.update(self.__dict__)
        return other

    def explain(self, lang: Lang = "en") -> str:
        fits = [fit.tell(lang) for book in self.currencies for fit in (book.orders, book.money)]
        return " ".join((tell(self.definition, lang), *dict.fromkeys(fits), self._grounds(lang)))

    def shown(self, lang: Lang) -> Shown:
        heads = ["", t("customers", lang), t("probability of still being a customer", lang), t("expected orders", lang)]
        heads += [t("expected value", lang), t("interval", lang), t("a single customer between", lang)]
        lines = [(book, line) for book in self.currencies for line in book.lines]
        rows = [_cells(book, line, lang) for book, line in lines]
        return Shown(t("Customer lifetime value", lang), heads, rows, 1, [line.share or 0.0 for _, line in lines])

    def charts(self, lang: Lang) -> list[Chart]:
        return [
            Bars(title=f"{t(_TITLES[part], lang)}{_of(book)}", bars=[_bar(book, line, lang) for line in lines])
            for book in self.currencies
            for part in _TITLES
            if (lines := [line for line in book.lines if line.part == part and line.orders is not None])
        ]


_TITLES = {
    "tenth": "Expected value by tenth of customers",
    "group": "Expected value by group",
    "customer": "The most valuable customers",
}


def _told(fit: Fitted, lang: Lang) -> Fitted:
    return replace(fit, reason=t(fit.reason, lang, **fit.values)) if fit.reason else fit


def _of(book: CurrencyValue) -> str:
    return f" ({book.currency})" if book.currency else ""


def _parameter(parameter: Parameter, lang: Lang) -> str:
    digits = 3 if parameter.value < 1000 else 0
    said = f"{parameter.name} {number(parameter.value, lang, digits)}"
    return said if parameter.se is None else f"{said} ± {number(parameter.se, lang, digits)}"


def _label(line: Line, lang: Lang) -> str:
    match line.part:
        case "all":
            return t("all", lang)
        case "tenth":
            return t("tenth {k}", lang, k=line.name)
        case "customer":
            return line.customer or line.name
    return t(line.name, lang) if line.name in {"unknown", "other"} else line.name


def _amount(book: CurrencyValue, minor: float | None, lang: Lang) -> str:
    return "–" if minor is None or book.currency is None else money(minor, book.currency, lang)


def _range(low: str, high: str) -> str:
    return "" if "–" in (low, high) else f"{low} – {high}"


def _cells(book: CurrencyValue, line: Line, lang: Lang) -> list[str]:
    priced = line.value_minor is not None
    low, high = (line.value_low, line.value_high) if priced else (line.orders_low, line.orders_high)
    least, most = (line.value_at_least, line.value_at_most) if priced else (line.orders_at_least, line.orders_at_most)

    def said(value: float | None) -> str:
        if priced:
            return _amount(book, value, lang)
        return "–" if value is None else number(value, lang, 1)

    return [
        f"{_label(line, lang)}{_of(book)}",
        number(line.customers, lang),
        "–" if line.alive is None else percent(line.alive, lang),
        "–" if line.orders is None else number(line.orders, lang, 1),
        _amount(book, line.value_minor, lang),
        _range(said(low), said(high)),
        _range(said(least), said(most)),
    ]


def _bar(book: CurrencyValue, line: Line, lang: Lang) -> Bar:
    if line.value_minor is not None:
        said = _amount(book, line.value_minor, lang)
        return Bar(_label(line, lang), said, line.value_minor, line.value_low, line.value_high)
    return Bar(_label(line, lang), number(line.orders or 0.0, lang, 1), line.orders, line.orders_low, line.orders_high)
