"""Customer lifetime value ahead, as a question: fitted per currency, then told per customer (SEMANTICS 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from periplo.analysis.numbers import share
from periplo.analysis.value.clv_result import CurrencyValue, Fitted, Line
from periplo.analysis.value.futures import orders_drawn, spent_drawn
from periplo.analysis.value.likelihood import Maximum
from periplo.analysis.value.models import Model, MoneyModel, OrderModel, fit_buyers, fit_money
from periplo.analysis.value.purchases import Purchases, Reader, by_size
from periplo.analysis.value.worth import Interval, Terms, Worth
from periplo.errors import DataError
from periplo.journeys.columns import F64, I64, JourneyColumns

TENTHS = 10
NO_CURRENCY = "none"


@dataclass(frozen=True)
class Asked:
    """The options: the model, the terms, the level of intervals, how many customers are listed."""

    model: Model
    terms: Terms
    level: float
    top: int


@dataclass(frozen=True)
class ValueQuestion:
    """``now``: the end of the window, in the days of ``reader``."""

    reader: Reader
    now: float
    asked: Asked

    def map(self, part: JourneyColumns) -> Purchases:
        return self.reader.read(part)

    def merge(self, left: Purchases, right: Purchases) -> Purchases:
        return left + right

    def finish(self, state: Purchases) -> list[Book]:
        """A book per currency, the one with the most customers first; an empty one where nobody ordered."""
        names = self.reader.currencies
        size = np.bincount(state.currency, minlength=len(names))
        kept = by_size(size, names) or [self.reader.default_currency]
        return [Book(names[code], state.pick(state.currency == code), self) for code in kept]


@dataclass(frozen=True)
class Book:
    """The buyers in one currency, and what the models say of them."""

    currency: str
    bought: Purchases
    question: ValueQuestion

    @cached_property
    def orders_model(self) -> OrderModel | DataError:
        try:
            return fit_buyers(self.bought.buyers(self.question.now), self.question.asked.model)
        except DataError as reason:
            return reason

    @cached_property
    def money_model(self) -> MoneyModel | DataError:
        if not self.bought.paid.any():
            return DataError("No value: no order says what it cost.")
        if not self.currency:
            return DataError("No value: the orders name no currency.")
        try:
            return fit_money(*self._spent)
        except DataError as reason:
            return reason

    @cached_property
    def worth(self) -> Worth | None:
        if isinstance(self.orders_model, DataError):
            return None
        money = None if isinstance(self.money_model, DataError) else self.money_model
        paid = float(self.bought.spent.sum() / self.bought.paid.sum()) if self.has_money else None
        buyers = self.bought.buyers(self.question.now)
        return Worth(self.orders_model, buyers, self.question.asked.terms, money, self._spent, paid)

    @property
    def has_money(self) -> bool:
        return bool(self.currency) and bool(self.bought.paid.any())

    @property
    def name(self) -> str:
        return self.currency or NO_CURRENCY

    @cached_property
    def ranked(self) -> I64:
        """All buyers, the most valuable first; without money those who are expected to order most."""
        if self.worth is None:
            return np.arange(len(self.bought))
        by = self.worth.orders if self.worth.value is None else self.worth.value
        return np.lexsort((self.bought.customer, -by))

    @cached_property
    def members(self) -> list[tuple[str, str, I64]]:
        """The lines there are: all, tenths, groups, the first customers; with whom they tell of."""
        return list(self._members())

    def _members(self) -> Iterator[tuple[str, str, I64]]:
        everyone = np.arange(len(self.bought))
        yield "all", "", everyone
        if self.worth is None:
            return
        tenth = np.empty(len(everyone), np.int64)
        tenth[self.ranked] = everyone * TENTHS // len(everyone)
        for k in np.unique(tenth):
            yield "tenth", str(k + 1), np.flatnonzero(tenth == k)
        split = self.question.reader.split
        for name, mask in split.masks(self.bought.group) if split else []:
            yield "group", name, np.flatnonzero(mask)
        for place, who in enumerate(self.ranked[: self.question.asked.top]):
            yield "customer", str(place + 1), np.array([who])

    @cached_property
    def told(self) -> CurrencyValue:
        return CurrencyValue(
            currency=self.currency or None,
            customers=len(self.bought),
            repeaters=int((self.bought.purchases > 1).sum()),
            orders=_fitted(self.orders_model, self.question.asked.level),
            money=_fitted(self.money_model, self.question.asked.level),
            lines=[self._line(*member) for member in self.members],
        )

    def table(self) -> pa.Table:
        """A row per buyer, the most valuable first; what the models say of each is null without one."""
        order = self.ranked
        found: dict[str, Any] = {
            "customer": self.bought.customer[order],
            "currency": pa.array([self.currency or None] * len(order), pa.string()),
            "purchases": self.bought.purchases[order],
            "age_days": self.question.now - self.bought.first[order],
            "silent_days": self.question.now - self.bought.last[order],
            "spent_minor": self.bought.spent[order],
        }
        for name in ("alive", "orders", "mean", "value"):
            each = None if self.worth is None else getattr(self.worth, name)
            found[name] = pa.nulls(len(order), pa.float64()) if each is None else each[order]
        return pa.table(found)

    def _line(self, part: str, name: str, who: I64) -> Line:
        ref = "/".join(filter(None, ("clv", self.name, "" if part == "all" else part, name)))
        line = Line(part=part, name=name, ref=ref, customers=len(who))
        return line if self.worth is None else self._worth(line, self.worth, who)

    def _worth(self, line: Line, worth: Worth, who: I64) -> Line:
        level, value = self.question.asked.level, worth.value
        orders, kept = worth.orders_between(who, level) or (None, None), worth.value_between(who, level) or (None, None)
        alone = line.part == "customer"
        may, may_spend = self._futures(int(who[0]), worth) if alone else ((None, None), (None, None))
        return Line(
            part=line.part,
            name=line.name,
            ref=line.ref,
            customers=line.customers,
            alive=float(worth.alive[who].mean()) if len(who) else None,
            orders=float(worth.orders[who].sum()),
            orders_low=orders[0],
            orders_high=orders[1],
            value_minor=None if value is None else float(value[who].sum()),
            value_low=kept[0],
            value_high=kept[1],
            share=None if value is None else share(value[who].sum(), value.sum()),
            customer=str(self.bought.customer[who[0]]) if alone else None,
            purchases=int(self.bought.purchases[who[0]]) if alone else None,
            silent_days=float(self.question.now - self.bought.last[who[0]]) if alone else None,
            orders_at_least=may[0],
            orders_at_most=may[1],
            value_at_least=may_spend[0],
            value_at_most=may_spend[1],
        )

    def _futures(self, who: int, worth: Worth) -> tuple[Interval, Interval | tuple[None, None]]:
        """Between what a single customer's orders and value lie in so many of their futures."""
        assert isinstance(self.orders_model, OrderModel)
        terms, one = self.question.asked.terms, np.array([who])
        drawn = orders_drawn(self.orders_model, self.bought.buyers(self.question.now).pick(one), terms.weeks)
        if isinstance(self.money_model, DataError) or worth.value is None or worth.mean is None:
            return self._between(drawn), (None, None)
        spent = spent_drawn(self.money_model, drawn, *(each[one] for each in self._spent))
        expected = worth.orders[who] * worth.mean[who]
        return self._between(drawn), self._between(spent * (worth.value[who] / expected if expected else 0.0))

    def _between(self, drawn: I64 | F64) -> Interval:
        edge = (1 - self.question.asked.level) / 2
        low, high = np.quantile(drawn, (edge, 1 - edge))
        return float(low), float(high)

    @cached_property
    def _spent(self) -> tuple[F64, F64]:
        """Repeat purchases with an amount, and their mean."""
        again = self.bought.again.astype(np.float64)
        return again, self.bought.again_spent / np.maximum(again, 1)


def _fitted(model: OrderModel | MoneyModel | DataError, level: float) -> Fitted:
    if isinstance(model, DataError):
        return Fitted(reason=model.what, values=dict(model.values))
    maximum: Maximum = model.maximum
    return Fitted(
        name={"bg/nbd": "BG/NBD", "pareto/nbd": "Pareto/NBD"}[model.model]
        if isinstance(model, OrderModel)
        else "Gamma-Gamma",
        customers=model.customers,
        log_likelihood=maximum.log_likelihood,
        parameters=maximum.parameters(level),
        determined=maximum.covariance is not None,
    )
