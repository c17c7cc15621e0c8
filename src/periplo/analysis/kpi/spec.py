"""What a key figure is: its words, what it is measured on, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from periplo.analysis.facts import ORDERED, Facts
from periplo.analysis.kpi.result import Unit
from periplo.journeys.columns import F64, I64, Bool

How = Literal["ratio", "sum", "median", "p90", "spread", "per_customer"]
"""``ratio`` of sums; ``sum``; quantiles; ``spread`` of ratios between splits; sum ``per_customer`` who has a part."""

ORDERS = ((ORDERED,),)
BACK = (("Order Refunded", "Order Cancelled"),)
MONEY = "revenue_minor"


class Measured(NamedTuple):
    """Facts, one per element: the ``row`` each is anchored at, the ``part`` that counts of its ``whole`` (None: one
    each), and a code ``split`` where they must not be mixed (money by currency, conversion by channel).

    Figures per customer count each customer who has a fact once; with ``since`` int64[customers] (us) by the weeks from
    then on.
    """

    row: I64
    part: F64 | I64 | Bool
    whole: F64 | I64 | Bool | None = None
    split: I64 | None = None
    since: I64 | None = None


@dataclass(frozen=True)
class Spec:
    """``needs``: of each tuple of events at least one must occur; ``column``: a property that some event must have;
    ``survey``: the kind of survey that must have been answered; ``again``: some customer must have ordered twice.
    ``split``: what must not be added up; ``less``: less of it is better; ``values`` fill the meaning."""

    id: str
    label: str
    meaning: str
    unit: Unit
    how: How
    measure: Callable[[Facts], Measured]
    needs: tuple[tuple[str, ...], ...] = ()
    column: str = ""
    split: Literal["", "currency", "channel"] = ""
    survey: str = ""
    again: bool = False
    less: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
