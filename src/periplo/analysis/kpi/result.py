"""What the key figures answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

import msgspec
from msgspec.structs import replace

from periplo.analysis.charts import Chart
from periplo.analysis.grouping import group_label
from periplo.analysis.kpi.charts import kpi_charts
from periplo.analysis.periods import Period
from periplo.analysis.result import Result, Shown
from periplo.errors import UnknownName
from periplo.language import Lang, duration, money, number, percent, t
from periplo.vocabulary import event_label

Unit = Literal["share", "count", "number", "money", "seconds"]


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """One key figure, of everything together or of one group.

    ``label, meaning``  its name and definition (English texts known to the catalogue, with their ``values``)
    ``group``     the value of ``by``; None for all together
    ``currency``  of money (minor units); money of several currencies has a row for each
    ``value``     None where there is nothing to measure; ``missing`` names the events or columns it lacks; of
                  those in ``a | b`` one is enough
    ``n``         what the value was measured on: sessions, orders, carts, customers, ...
    ``period``    with ``over``, which one
    ``before, change``  the value of the period before, and the change against it as a share; None without a period
    ``target, distance, met``  what was to be reached, the value less that, and whether it is reached: at least the
                  target, or where ``less_is_better`` at most
    """

    id: str
    label: str
    meaning: str
    unit: Unit
    value: float | None
    n: int = 0
    group: str | None = None
    period: str | None = None
    currency: str | None = None
    before: float | None = None
    change: float | None = None
    less_is_better: bool = False
    target: float | None = None
    distance: float | None = None
    met: bool | None = None
    values: dict[str, Any] = {}
    missing: list[str] = []

    def explain(self, lang: Lang = "en") -> str:
        """What it means, in words."""
        return t(self.meaning, lang, **self.values)

    def tell(self, lang: Lang) -> str:
        """The value as a reader writes it; a dash where there is none."""
        return self.told(self.value, lang)

    def told(self, value: float | None, lang: Lang) -> str:
        """Another value of this figure as a reader writes it."""
        if value is None:
            return "–"
        match self.unit:
            case "share":
                return percent(value, lang)
            case "money":
                return money(value, self.currency, lang) if self.currency else number(value, lang)
            case "seconds":
                return duration(abs(value), lang) if value >= 0 else "-" + duration(-value, lang)
            case "count":
                return number(value, lang)
        return number(value, lang, 2)


class Kpis(Result, frozen=True, kw_only=True):
    """Key figures: of all together, then, with ``by``, of each group. Absent ones say what they lack."""

    values: list[Kpi]
    by: str | None = None
    over: Period | None = None

    def get(
        self, name: str, group: str | None = None, currency: str | None = None, *, period: str | None = None
    ) -> Kpi:
        """One figure, in the first currency unless one is named. Raises ``UnknownName``."""
        for kpi in self.values:
            if (kpi.id, kpi.group, kpi.period) == (name, group, period) and currency in (None, kpi.currency):
                return kpi
        raise UnknownName("key figure", name, {kpi.id for kpi in self.values})

    def rows(self) -> list[Mapping[str, Any]]:
        return [{key: getattr(kpi, key) for key in _KEYS} | {"missing": ", ".join(kpi.missing)} for kpi in self.values]

    def told(self, lang: Lang) -> Self:
        values = [replace(kpi, label=t(kpi.label, lang), meaning=kpi.explain(lang)) for kpi in self.values]
        return replace(self, values=values)

    def to_dict(self) -> dict[str, Any]:
        plain = super().to_dict()
        for given, kpi in zip(plain["values"], self.values, strict=True):
            given["meaning"] = kpi.explain()
        return plain

    def charts(self, lang: Lang) -> list[Chart]:
        return kpi_charts(self.values, self.by, self.over, lang) or super().charts(lang)

    def shown(self, lang: Lang) -> Shown:
        splits = [*([self.over] if self.over else []), *([self.by] if self.by else [])]
        heads = [t("key figure", lang), *(t(each, lang) for each in splits), t("value", lang), "n"]
        changed = any(kpi.before is not None for kpi in self.values)
        aimed = any(kpi.target is not None for kpi in self.values)
        heads += [t("change", lang)] if changed else []
        heads += [t("target", lang), t("distance", lang), t("met", lang)] if aimed else []
        rows = [
            [
                t(kpi.label, lang),
                *([kpi.period or t("all", lang)] if self.over else []),
                *([group_label(self.by, kpi.group, lang)] if self.by else []),
                _value(kpi, lang),
                number(kpi.n, lang) if kpi.n else "",
                *([_change(kpi, lang)] if changed else []),
                *(_target(kpi, lang) if aimed else []),
            ]
            for kpi in self.values
        ]
        return Shown(t("Key figures", lang), heads, rows, 1 + len(splits))


_KEYS = ("id", "group", "period", "currency", "value", "unit", "n", "before", "change", "target", "distance", "met")


def _target(kpi: Kpi, lang: Lang) -> list[str]:
    if kpi.target is None:
        return ["", "", ""]
    met = "" if kpi.met is None else t("yes", lang) if kpi.met else t("no", lang)
    distance = "" if kpi.distance is None else ("+" if kpi.distance > 0 else "") + kpi.told(kpi.distance, lang)
    return [kpi.told(kpi.target, lang), distance, met]


def _value(kpi: Kpi, lang: Lang) -> str:
    if not kpi.missing:
        return kpi.tell(lang)
    needed = (" / ".join(event_label(t(name, lang), lang) for name in need.split(" | ")) for need in kpi.missing)
    return t("needs {events}", lang, events=", ".join(needed))


def _change(kpi: Kpi, lang: Lang) -> str:
    return "" if kpi.change is None else ("+" if kpi.change > 0 else "") + percent(kpi.change, lang)
