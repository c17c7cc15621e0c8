"""What attribution answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from periplo.analysis.attribution.models import MEANINGS, PLACES, Model
from periplo.analysis.charts import Bar, Bars, Cell, Chart, Heatmap, Row
from periplo.analysis.condition import name_in
from periplo.analysis.grouping import OTHER, UNKNOWN, group_label
from periplo.analysis.result import Result, Shown
from periplo.errors import UnknownName
from periplo.language import Lang, money, number, percent, t
from periplo.vocabulary import channel_label

NO_TOUCH = "no touch"
MOST_CHARTS, MOST_MARKS = 6, 20
"""So many groups, and so many kinds of touches in each, are drawn; the table has them all."""
CONTACTS = "all contacts with the shop"


class Earned(msgspec.Struct, frozen=True, kw_only=True):
    """Money credited, in minor units of ``currency`` (as it was given where there is no currency).

    ``cost`` was spent there; ``cost_per_conversion`` = cost / conversions credited; ``roas`` = value / cost. None where
    nothing is known to be spent.
    """

    currency: str | None
    value: float
    cost: float | None = None
    cost_per_conversion: float | None = None
    roas: float | None = None


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """What one model gives. ``share`` of all conversions; ``removal_effect`` of the Markov chain only."""

    model: Model
    conversions: float
    share: float
    money: list[Earned]
    removal_effect: float | None = None


class Attributed(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, campaign or other kind of touch. ``name`` None: conversions without a touch before them.

    ``touches`` in all paths, with a conversion or without; ``took_part`` conversions had such a touch; ``assisted`` of
    them had another kind last.
    """

    name: str | None
    touches: int
    took_part: int
    assisted: int
    credits: list[Credit]

    def credit(self, model: Model) -> Credit:
        """What a model gives. Raises ``UnknownName`` for one that was not asked."""
        for credit in self.credits:
            if credit.model == model:
                return credit
        raise UnknownName("model", model, [credit.model for credit in self.credits])


class Credits(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets the credit for conversions; for each model the parts add up to ``conversions``.

    ``ended`` paths had no conversion, ``still_open`` of them may have one yet; ``probability`` of a conversion from the
    start, in the Markov chain; ``group``: the value of ``by``, None for all together.
    """

    conversions: int
    ended: int
    probability: float
    attributed: list[Attributed]
    still_open: int = 0
    group: str | None = None

    def get(self, name: str | None) -> Attributed:
        """One channel or other kind of touch. Raises ``UnknownName``."""
        for each in self.attributed:
            if each.name == name:
                return each
        raise UnknownName("touch", name or NO_TOUCH, [each.name for each in self.attributed if each.name])

    def rows(self) -> list[Mapping[str, Any]]:
        """A row for each kind of touch, model and currency."""
        return [
            {
                "name": each.name,
                "model": credit.model,
                "conversions": credit.conversions,
                "share": credit.share,
                "removal_effect": credit.removal_effect,
                "touches": each.touches,
                "took_part": each.took_part,
                "assisted": each.assisted,
                **(msgspec.structs.asdict(earned)),
            }
            for each in self.attributed
            for credit in each.credits
            for earned in credit.money or [Earned(currency=None, value=0.0)]
        ]


class Attribution(Result, frozen=True, kw_only=True):
    """Credit of all conversions together, then, with ``by``, of each group. ``model`` None: all models side by side."""

    all: Credits
    of: str
    model: Model | None = None
    by: str | None = None
    groups: list[Credits]

    def rows(self) -> list[Mapping[str, Any]]:
        if self.by is None:
            return self.all.rows()
        return [{self.by: group.group, **row} for group in self.groups for row in group.rows()]

    def explain(self, lang: Lang = "en") -> str:
        """The definition, then what each model of the result gives to whom, and the evidence."""
        models = dict.fromkeys(credit.model for each in self.all.attributed for credit in each.credits)
        values = _told(self.definition.values, lang)
        meanings = [t(MEANINGS[model], lang, **values) for model in models]
        return " ".join([t(self.definition.text, lang, **values), *meanings, self._grounds(lang)])

    def shown(self, lang: Lang) -> Shown:
        parts = self.groups if self.by else [self.all]
        split = [t(self.by, lang)] if self.by else []
        title = t(
            "Attribution: {n} {n:conversion|conversions}, {ended} {ended:path|paths} without one ({open} still open)",
            lang,
            n=number(self.all.conversions, lang),
            ended=number(self.all.ended, lang),
            open=number(self.all.still_open, lang),
        )
        heads, cells = _alone(parts, lang) if self.model else _side_by_side(parts, lang)
        lead = [
            [*([group_label(self.by, part.group, lang)] if self.by else []), kind_label(self.of, each.name, lang)]
            for part in parts
            for each in part.attributed
        ]
        rows = [[*words, *numbers] for words, numbers in zip(lead, cells, strict=True)]
        bars = [each.credits[0].share for part in parts for each in part.attributed] if self.model else []
        return Shown(title, [*split, t(self.of, lang), *heads], rows, len(split) + 1, bars)

    def charts(self, lang: Lang) -> list[Chart]:
        """One model: the conversions it gives, as bars; all: a matrix of them, the kinds of touches down."""
        parts = self.groups if self.by else [self.all]
        return [self._chart(part, lang) for part in parts[:MOST_CHARTS] if part.attributed] or super().charts(lang)

    def _chart(self, part: Credits, lang: Lang) -> Chart:
        group = group_label(self.by, part.group, lang) if self.by else ""
        title = ": ".join(filter(None, (t(HEADS[self.model], lang) if self.model else t("conversions", lang), group)))
        shown = part.attributed[:MOST_MARKS]
        if self.model:
            return Bars(title=title, bars=[self._bar(each, lang) for each in shown])
        return Heatmap(
            title=title,
            columns=[t(HEADS[credit.model], lang) for credit in shown[0].credits],
            rows=[Row(kind_label(self.of, each.name, lang), _marks(each, lang)) for each in shown],
            head=t(self.of, lang),
        )

    def _bar(self, each: Attributed, lang: Lang) -> Bar:
        value = each.credits[0].conversions
        label = kind_label(self.of, each.name, lang)
        return Bar(label, number(value, lang, 1), value, quiet=each.name in (None, OTHER))


_MEMORY = {1: "one touch", 2: "two touches", 3: "three touches"}


def kind_label(of: str, name: str | None, lang: Lang) -> str:
    """A kind of touch as a reader sees it."""
    if name is None or name in (OTHER, UNKNOWN):
        return t(name or NO_TOUCH, lang)
    return channel_label(name, lang) if of == "channel" else name


def _told(values: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """The values of a definition as a reader sees them."""
    words = {name: t(values[name], lang) for name in ("of", "again", "what")}
    weights = {name: number(values[name], lang, 2) for name in PLACES}
    conversion = name_in(values["conversion"], lang)
    return {**values, **words, **weights, "order": t(_MEMORY[values["order"]], lang), "conversion": conversion}


def _marks(each: Attributed, lang: Lang) -> list[Cell]:
    return [
        Cell(credit.conversions, number(credit.conversions, lang, 1), percent(credit.share, lang))
        for credit in each.credits
    ]


def _side_by_side(parts: list[Credits], lang: Lang) -> tuple[list[str], Iterator[list[str]]]:
    """The conversions that each model gives."""
    every = [each for part in parts for each in part.attributed]
    models = [credit.model for credit in every[0].credits] if every else []
    heads = [t(HEADS[model], lang) for model in models]
    return heads, ([number(credit.conversions, lang, 1) for credit in each.credits] for each in every)


def _alone(parts: list[Credits], lang: Lang) -> tuple[list[str], Iterator[list[str]]]:
    """Everything about the one model."""
    every = [(each, each.credits[0]) for part in parts for each in part.attributed]
    removal = any(credit.removal_effect is not None for _, credit in every)
    spent = any(earned.cost is not None for _, credit in every for earned in credit.money)
    heads = [t("conversions", lang), t("share", lang), t("took part", lang), t("assisted", lang)]
    heads += [t("removal effect", lang)] if removal else []
    heads += [t("value", lang)]
    heads += [t("cost", lang), t("cost per conversion", lang), t("return on cost", lang)] if spent else []
    return heads, (_cells(each, credit, removal, spent, lang) for each, credit in every)


def _cells(each: Attributed, credit: Credit, removal: bool, spent: bool, lang: Lang) -> list[str]:
    cells = [number(credit.conversions, lang, 1), percent(credit.share, lang)]
    cells += [number(each.took_part, lang), number(each.assisted, lang)]
    if removal:
        cells.append("" if credit.removal_effect is None else percent(credit.removal_effect, lang))
    cells.append(_each(credit, "value", lang))
    if spent:
        roas = [number(earned.roas, lang, 2) for earned in credit.money if earned.roas is not None]
        cells += [_each(credit, "cost", lang), _each(credit, "cost_per_conversion", lang), " · ".join(roas)]
    return cells


def _each(credit: Credit, what: str, lang: Lang) -> str:
    """Money, one amount per currency."""
    amounts = ((getattr(earned, what), earned.currency) for earned in credit.money)
    return " · ".join(
        money(amount, currency, lang) if currency else number(amount, lang)
        for amount, currency in amounts
        if amount is not None
    )


HEADS: Mapping[Model, str] = {
    "first": "first touch",
    "last": "last touch",
    "last_non_direct": "last non-direct",
    "linear": "linear",
    "time_decay": "time decay",
    "position": "position",
    "j": "J",
    "inverse_j": "inverse J",
    "custom": "custom",
    "markov": "Markov",
    "shapley": "Shapley",
}
