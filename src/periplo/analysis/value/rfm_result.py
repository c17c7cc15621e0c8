"""RFM as an answer: groups with their sizes and money, the square of scores, and where scores part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import msgspec
from msgspec.structs import replace

from periplo.analysis.charts import Bar, Bars, Cell, Chart, Heatmap, Row
from periplo.analysis.result import Definition, Result, Shown
from periplo.analysis.value.words import tell
from periplo.language import Lang, money, number, percent, t


class RfmGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One named group: ``scores`` are its pairs of recency and worth; money per currency, in minor units."""

    name: str
    scores: list[str]
    ref: str
    customers: int
    share: float
    median_silent_days: float | None
    mean_purchases: float | None
    spent_minor: dict[str, float]
    money_share: dict[str, float]


class RfmCell(msgspec.Struct, frozen=True, kw_only=True):
    """The customers with one score of recency and one of worth, and the group these belong to."""

    recency: int
    worth: int
    group: str
    customers: int
    ref: str


class Threshold(msgspec.Struct, frozen=True):
    """The four values that part the scores of ``measure``: days for recency, purchases, or minor units of money."""

    measure: str
    values: list[float]


class Rfm(Result, frozen=True, kw_only=True):
    """Groups of customers by recency, frequency and money."""

    customers: int
    groups: list[RfmGroup]
    cells: list[RfmCell]
    thresholds: list[Threshold]

    def get(self, name: str) -> RfmGroup:
        """One group. Raises ``KeyError``."""
        return {group.name: group for group in self.groups}[name]

    def rows(self) -> list[Mapping[str, Any]]:
        return [_row(group) for group in self.groups]

    def told(self, lang: Lang) -> Self:
        groups = [replace(group, name=t(group.name, lang)) for group in self.groups]
        cells = [replace(cell, group=t(cell.group, lang)) for cell in self.cells]
        told = replace(self, groups=groups, cells=cells)
        told.__dict__.update(self.__dict__)
        return told

    def explain(self, lang: Lang = "en") -> str:
        edges = "; ".join(_edges(each, lang) for each in self.thresholds) or t("nobody has ordered", lang)
        said = t("Scores part at: {edges}.", lang, edges=edges)
        return f"{tell(self.definition, lang)} {said} {self._grounds(lang)}"

    def shown(self, lang: Lang) -> Shown:
        currencies = list(self.groups[0].spent_minor) if self.groups else []
        heads = [t("group", lang), t("scores", lang), t("customers", lang), t("share", lang)]
        heads += [t("median days since the last order", lang), t("orders per customer", lang)]
        heads += [head for name in currencies for head in (name, t("share of {currency}", lang, currency=name))]
        rows = [_cells(group, currencies, lang) for group in self.groups]
        return Shown(t("RFM groups", lang), heads, rows, 2, [group.share for group in self.groups])

    def charts(self, lang: Lang) -> list[Chart]:
        bars = [
            Bar(t(g.name, lang), f"{number(g.customers, lang)} ({percent(g.share, lang)})", g.share)
            for g in self.groups
        ]
        columns = [t("worth {k}", lang, k=k) for k in range(1, 6)]
        rows = [
            Row(t("recency {k}", lang, k=r), [_square(c, lang) for c in self.cells if c.recency == r])
            for r in range(5, 0, -1)
        ]
        return [
            Bars(title=t("Customers by RFM group", lang), bars=bars),
            Heatmap(title=t("Customers by score", lang), columns=columns, rows=rows),
        ]


DEFINITION = Definition(
    "Customers with an order, scored 1 to 5: recency by days since the last order, the fewer the better; frequency by "
    "orders, those of one day counted as {same_day}; money by what they spent, in each currency alone. A score is 1 "
    "plus the number of quintiles (20, 40, 60, 80 %) that a value is above, so equal customers score alike. Worth is "
    "the mean of frequency and money, halves up. Recency and worth give the group. Only known customers."
)


def _square(cell: RfmCell, lang: Lang) -> Cell:
    return Cell(cell.customers, number(cell.customers, lang), t(cell.group, lang))


def _row(group: RfmGroup) -> dict[str, Any]:
    plain = msgspec.structs.asdict(group)
    spent, shares = plain.pop("spent_minor"), plain.pop("money_share")
    plain["scores"] = " ".join(plain["scores"])
    return (
        plain | {f"spent_minor_{c}": each for c, each in spent.items()} | {f"share_{c}": s for c, s in shares.items()}
    )


def _edges(threshold: Threshold, lang: Lang) -> str:
    measure, _, currency = threshold.measure.partition(" ")
    said = [money(v, currency, lang) if currency else number(v, lang, 1) for v in threshold.values]
    return f"{t(measure, lang)} {', '.join(said)}"


def _cells(group: RfmGroup, currencies: list[str], lang: Lang) -> list[str]:
    amounts = [
        text
        for name in currencies
        for text in (money(group.spent_minor[name], name, lang), percent(group.money_share[name], lang))
    ]
    return [
        t(group.name, lang),
        " ".join(group.scores),
        number(group.customers, lang),
        percent(group.share, lang),
        "–" if group.median_silent_days is None else number(group.median_silent_days, lang, 0),
        "–" if group.mean_purchases is None else number(group.mean_purchases, lang, 1),
        *amounts,
    ]
