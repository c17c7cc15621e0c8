"""Definitions of several sentences, in which activities and units are said in the reader's language."""

from __future__ import annotations

from typing import Any

from periplo.analysis.periods import Period
from periplo.analysis.result import Definition
from periplo.analysis.retention.activity import activity_label
from periplo.analysis.retention.calendar import ROLLING_US
from periplo.analysis.retention.retention import Mean, RetentionQuestion
from periplo.language import Lang, number, t

_HOUR_US = 3600 * 1_000_000
_ONLY = Definition("Only known customers.")


class Sentences(Definition, frozen=True):
    """``text`` and then ``more``; values named ``start``, ``back`` and ``activity`` are names of events, ``unit`` is
    that of a period; ``brackets`` stand as they are."""

    more: tuple[Definition, ...] = ()

    def tell(self, lang: Lang) -> str:
        sentences = (Definition(self.text, self.values), *self.more)
        return " ".join(t(each.text, lang, **_said(each.values, lang)) for each in sentences)


def _said(values: dict[str, Any], lang: Lang) -> dict[str, str]:
    return {
        key: t(value, lang)
        if key == "unit"
        else value
        if key == "brackets"
        else activity_label(value, lang)
        if isinstance(value, str)
        else number(value, lang)
        for key, value in values.items()
    }


def retention_words(asked: RetentionQuestion, unit: Period) -> Sentences:
    start, back = asked.start.name, asked.back.name
    first = Sentences(
        "Customers by the {unit} in which they first did “{start}” in the time looked at.",
        {"unit": unit, "start": start},
        (*_back(asked, back), *_periods(asked.length_us, unit), _RATES, _MEANS[asked.mean], _ONLY),
    )
    if not asked.every:
        return first
    return Sentences(
        "Customers by each {unit} in which they did “{start}”, counted from the first time in it.",
        first.values,
        first.more,
    )


def cohort_words(unit: Period, periods: int, mean: Mean) -> Sentences:
    return Sentences(
        "Customers by the {unit} of the calendar in which they first ordered, and how many of them ordered again in "
        "each of the {periods} periods after, how often and for how much; net is less what was given back in the same "
        "period.",
        {"unit": unit, "periods": periods},
        (_MEANS[mean], _OVER, _ONLY),
    )


def lifecycle_words(activity: str, unit: Period) -> Sentences:
    return Sentences(
        "Active in a period: with “{activity}” in it, each {unit} of the calendar in the shop's time zone. New: active "
        "for the first time in what is looked at. Returning: active in the period before too. Resurrecting: active "
        "before that, but not in the period before. Dormant: active in the period before, not in this one. Active = "
        "new + returning + resurrecting; returning + dormant = active in the period before. A star marks the period "
        "that is not over. Only known customers.",
        {"activity": activity, "unit": unit},
    )


def stickiness_words(activity: str, unit: Period) -> Sentences:
    return Sentences(
        "Customers by the number of intervals (each {unit} of the calendar in the shop's time zone) in which they did "
        "“{activity}” at least once. Shares are of all customers who ever did. Only known customers.",
        {"activity": activity, "unit": unit},
    )


def _back(asked: RetentionQuestion, back: str) -> tuple[Definition, ...]:
    values = {"back": back}
    if asked.later:
        return (
            Definition(
                "They came back if they did “{back}” later on, so many periods after or in any that follows.", values
            ),
        )
    if len(asked.after.labels) < len(asked.after.column):
        brackets = {"brackets": ", ".join(asked.after.labels)}
        text = "They came back if they did “{back}” later on, in a period of the bracket: {brackets} periods after."
        return (Definition(text, values | brackets),)
    return (
        Definition(
            "They came back if they did “{back}” later on, so many periods after; 0 is the period they began in.",
            values,
        ),
    )


def _periods(length_us: int, unit: Period) -> tuple[Definition, ...]:
    if not length_us:
        return (Definition("Periods are those of the calendar, in the shop's time zone."),)
    hours = ROLLING_US[unit] // _HOUR_US
    return (Definition("Periods last {hours} hours each, from the moment a customer began.", {"hours": hours}),)


_RATES = Definition(
    "Rates count only customers for whom the period is over; where it is not over for all, a star marks it."
)
_OVER = Definition("It leaves out periods that are not over.")
_MEANS = {
    "weighted": Definition("The mean weights cohorts by their customers."),
    "simple": Definition("The mean counts every cohort alike."),
}
