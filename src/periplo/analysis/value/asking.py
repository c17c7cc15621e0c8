"""The value of customers as questions to journeys."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from periplo.analysis.asking import Help, question
from periplo.analysis.basis import Basis, microseconds
from periplo.analysis.facts import currencies_of
from periplo.analysis.options import By
from periplo.analysis.result import Definition
from periplo.analysis.value import plain, rfm
from periplo.analysis.value.clv import Asked, ValueQuestion
from periplo.analysis.value.clv_result import CurrencyValue, CustomerValues
from periplo.analysis.value.models import Model
from periplo.analysis.value.plain import PlainQuestion, PlainValues
from periplo.analysis.value.purchases import DAY_US, AsAtFirst, InSegments, Reader, Split, days_of
from periplo.analysis.value.rfm import RfmQuestion
from periplo.analysis.value.rfm_result import DEFINITION, Rfm
from periplo.analysis.value.words import purchase
from periplo.analysis.value.worth import Terms
from periplo.errors import UsageError

MOST_LISTED = 1000
MOST_SEGMENTS = 62
MOST_YEARS = 1000
SameDay = Annotated[bool, Help("Orders of a customer on one day count as one.")]
Margin = Annotated[float, Help("The share of money that is kept, such as 0.3.")]


class ValueQuestions(Basis):
    @question("Customers in groups by how recently, how often and for how much they ordered.")
    def rfm(self, same_day: SameDay = True) -> Rfm:
        """RFM scores and named groups. References: ``rfm/<group>``, ``rfm/<recency>/<worth>``."""
        reader = _reader(self, None, same_day)
        scored = self.ask(RfmQuestion(reader, reader.now(self.columns)))
        return Rfm(
            definition=Definition(DEFINITION.text, {"same_day": purchase(same_day)}),
            evidence=self.evidence,
            customers=len(scored.number),
            groups=rfm.groups(scored),
            cells=rfm.cells(scored),
            thresholds=rfm.thresholds(scored),
        ).opened_by(lambda ref: self.indices(rfm.behind(scored, ref)))

    @question("What customers are worth by the plain formula: mean order value x orders per year x years.")
    def plain_value(
        self,
        by: By = None,
        years: Annotated[
            float | None, Help("How many years a customer stays; else as long as they have so far.")
        ] = None,
        margin: Margin = 1.0,
    ) -> PlainValues:
        """The plain formula, of all and split as at the first order. References: ``plain_value/<currency>[/<group>]``.

        ``by``: a property, "channel", "day", "week", "month", or "segment".
        """
        _check(years is None or 0 < years <= MOST_YEARS, "years", years)
        _check(0 < margin <= 1, "margin", margin)
        reader = _reader(self, by, same_day=False)
        found = self.ask(PlainQuestion(reader, reader.now(self.columns), years, margin))
        behind = {value.ref: numbers for value, numbers in found}
        return PlainValues(
            definition=plain.definition(years, margin),
            evidence=self.evidence,
            values=[value for value, _ in found],
            by=by,
        ).opened_by(lambda ref: self.indices(behind.get(ref)))

    @question("What customers are expected to order and to be worth, from fitted models.")
    def clv(
        self,
        horizon: Annotated[str, Help("How far ahead: 365d, 26w.")] = "365d",
        model: Annotated[Model, Help("The model of repeat buying.")] = "bg/nbd",
        discount: Annotated[float, Help("How much less money is worth a year later: 0.1 is 10 %.")] = 0.0,
        margin: Margin = 1.0,
        by: By = None,
        same_day: SameDay = True,
        top: Annotated[int, Help("How many of the most valuable customers to list.")] = 20,
        level: Annotated[float, Help("How sure intervals are: 0.95.")] = 0.95,
    ) -> CustomerValues:
        """Expected orders and value per customer, with intervals (SEMANTICS 8).

        References: ``clv/<currency>[/tenth/<k>|/group/<name>|/customer/<k>]``; "none" for orders without a currency.
        """
        _check(0 <= discount <= 10, "discount", discount)
        _check(0 < margin <= 1, "margin", margin)
        _check(0 < level < 1, "level", level)
        _check(0 <= top <= MOST_LISTED, "top", top)
        reader, length = _reader(self, by, same_day), microseconds(horizon)
        terms = Terms(length / DAY_US / 7, discount, margin)
        books = self.ask(ValueQuestion(reader, reader.now(self.columns), Asked(model, terms, level, top)))
        behind = {
            line.ref: book.bought.customer[who]
            for book in books
            for line, (_, _, who) in zip(book.told.lines, book.members, strict=True)
        }
        return (
            CustomerValues(
                definition=_definition(horizon, model, discount, margin, level, same_day),
                evidence=self.evidence,
                currencies=[_named(self, book.told) for book in books],
                horizon_days=length / DAY_US,
                level=level,
                by=by,
            )
            .opened_by(lambda ref: self.indices(behind.get(ref)))
            .listing(lambda: pa.concat_tables([book.table() for book in books]))
        )


def _reader(journeys: Basis, by: str | None, same_day: bool) -> Reader:
    columns = journeys.columns
    names, default = currencies_of(columns, journeys.currency)
    split: Split | None = None
    if by == "segment":
        _check(len(journeys.segments) <= MOST_SEGMENTS, "by", by)
        split = InSegments(tuple(journeys.segments.items()))
    elif by is not None:
        split = AsAtFirst(journeys.groups(by))
    return Reader(journeys.taxonomy, names, default, split, days_of(columns, journeys.zone) if same_day else None)


def _named(journeys: Basis, told: CurrencyValue) -> CurrencyValue:
    """The customers who stand alone get their names."""
    numbers = np.array([int(line.customer) for line in told.lines if line.customer is not None], np.int64)
    names = iter(journeys.called(numbers))
    lines = [line if line.customer is None else replace(line, customer=next(names)) for line in told.lines]
    return replace(told, lines=lines)


def _check(right: bool, option: str, given: object) -> None:
    if not right:
        raise UsageError("{option} cannot be {given}.", option=option, given=given)


def _definition(horizon: str, model: Model, discount: float, margin: float, level: float, same_day: bool) -> Definition:
    return Definition(
        "Orders and value expected of each customer within {horizon} after the end of the period, from their repeat "
        "purchases, the time of the last and the time since the first (in weeks), by {model}; orders on one day count "
        "as {same_day}. An order is worth what Gamma-Gamma expects of the customer's repeat purchases, or where that "
        "cannot be fitted the mean order; before refunds, x {margin} % that is kept, less {discount} % a year. "
        "All parameters by maximum likelihood, their errors from the observed information. Intervals of {level} %: of "
        "an expectation, from the errors of the parameters (delta method); of a single customer, from 4,000 futures "
        "drawn from the models. Each currency is fitted alone. Only known customers.",
        {
            "horizon": horizon,
            "model": {"bg/nbd": "BG/NBD", "pareto/nbd": "Pareto/NBD"}[model],
            "same_day": purchase(same_day),
            "margin": f"{margin * 100:g}",
            "discount": f"{discount * 100:g}",
            "level": f"{level * 100:g}",
        },
    )
