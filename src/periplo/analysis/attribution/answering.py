"""From the options of a reader to the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import msgspec
import numpy as np

from periplo.analysis.attribution.credits import Sharing
from periplo.analysis.attribution.kinds import Kinds
from periplo.analysis.attribution.models import MODELS, PLACES, ROWS, Model, check_memory, shares_by_place
from periplo.analysis.attribution.opening import opener
from periplo.analysis.attribution.question import MONEY_UNIT, AttributionQuestion, State
from periplo.analysis.attribution.result import CONTACTS, Attribution, Credits
from periplo.analysis.attribution.table import Table
from periplo.analysis.basis import Basis, Step, microseconds
from periplo.analysis.facts import currencies_of
from periplo.analysis.grouping import Grouping, limited
from periplo.analysis.periods import PERIODS
from periplo.analysis.result import Definition
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import F64
from periplo.language.formats import minor_digits

MOST_GROUPS = 20
MOST_KINDS = {1: 200, 2: 50, 3: 25}
"""So many kinds of touches stand alone, by how many touches the chain remembers: its states are their combinations."""
DIRECT = ("direct", "(direct)", "(none)")
OWN_CHANNELS = ("web", "app")
"""The shop's own places: a visit that names no source is there."""
OUTSIDE = "touches longer ago than the look-back"


@dataclass(frozen=True)
class Options:
    """What a reader asks for, as the question's method says."""

    model: Model | None
    conversion: Step
    of: str
    lookback: str
    touches: Step | None
    gap: str
    once: bool
    half_life: str
    weights: Mapping[str, float] | None
    markov_order: int
    direct: Sequence[str] | None
    costs: Mapping[str, float] | None


def answer(journeys: Basis, options: Options, by: str | None) -> Attribution:
    made = Making(journeys, options, limited(journeys.groups(by), journeys.columns, MOST_GROUPS))
    asked, state = made.asked, journeys.ask(made.asked)
    left_out = journeys.evidence.left_out | {OUTSIDE: state.outside}
    return Attribution(
        definition=made.definition(),
        evidence=msgspec.structs.replace(journeys.evidence, left_out=left_out),
        all=made.all(state),
        of=options.of,
        model=options.model,
        by=by,
        groups=[] if by is None else [each for each in made.groups(state) if each.conversions or each.ended],
    ).opened_by(opener(asked, journeys.columns))


def by_segment(journeys: Basis, options: Options) -> Attribution:
    """All together, then each segment; given costs are those of all together."""
    whole, inside = answer(journeys, options, None), journeys.in_segments()
    each = {name: answer(narrowed, replace(options, costs=None), None) for name, narrowed in inside.items()}
    groups = [msgspec.structs.replace(found.all, group=name) for name, found in each.items()]
    found = msgspec.structs.replace(whole, by="segment", groups=groups)
    return found.opened_by(journeys.open_segment(whole, inside, each))


@dataclass(frozen=True)
class Making:
    """The question that the options ask, and its numbers."""

    journeys: Basis
    options: Options
    grouping: Grouping

    @cached_property
    def asked(self) -> AttributionQuestion:
        options, columns = self.options, self.journeys.columns
        check_memory(options.markov_order)
        kinds, currencies = self._kinds(), currencies_of(columns, self.journeys.currency)
        return AttributionQuestion(
            conversion=self.journeys.condition(options.conversion),
            touches=None if options.touches is None else self.journeys.condition(options.touches),
            kinds=kinds,
            groups=self.grouping,
            sharing=Sharing(
                models=tuple(model for model in self.models if model in ROWS),
                direct=np.array([label in self._direct(kinds) for label in kinds.labels], np.bool_),
                half_life=microseconds(options.half_life),
                shares=shares_by_place(options.weights),
                order=options.markov_order,
                groups=len(self.grouping.labels),
                currencies=len(currencies[0]),
            ),
            currencies=currencies[0],
            default_currency=currencies[1],
            taxonomy=self.journeys.taxonomy,
            gap_us=_gap(options.gap),
            lookback_us=microseconds(options.lookback),
            once=options.once,
        )

    @property
    def models(self) -> list[Model]:
        model, weights = self.options.model, self.options.weights
        if model == "custom" and weights is None:
            raise UsageError("The model custom needs weights.", fix="For example first=0.3, middle=0.4, last=0.3.")
        return [model] if model else [each for each in MODELS if each != "custom" or weights is not None]

    @property
    def table(self) -> Table:
        return Table(self.asked.kinds.labels, self.asked.currencies, MONEY_UNIT, self.models)

    def all(self, state: State) -> Credits:
        cost = state.cost.reshape(len(self.grouping.labels), *self._shape).sum(axis=0)
        found = self.asked.sharing.found(state.tally)
        return self.table.credits(found, self._given(_known(cost)), int(state.still_open.sum()))

    def groups(self, state: State) -> list[Credits]:
        cost = state.cost.reshape(len(self.grouping.labels), *self._shape)
        return [
            self.table.credits(
                self.asked.sharing.found(state.tally, place), _known(cost[place]), int(state.still_open[place]), label
            )
            for place, label in enumerate(self.grouping.labels)
        ]

    def definition(self) -> Definition:
        asked, options = self.asked, self.options
        weights = dict(zip(PLACES, asked.sharing.shares[-1].tolist(), strict=True))
        return Definition(
            "Conversions: {conversion}. A path is the customer's touches before one within {lookback}, edge included; "
            "touches are {what}, told apart by {of}; those of one kind with gaps under {gap} are one, at the first. "
            "{again} Ended: the touches after the last conversion, still open while the look-back from the last one is "
            "not over. Took part: conversions with such a touch; assisted: with another one last. Money per currency.",
            {
                "conversion": asked.conversion.name,
                "lookback": options.lookback,
                "what": asked.touches.name if asked.touches else CONTACTS,
                "of": options.of,
                "gap": options.gap,
                "again": "A touch counts for the next conversion only."
                if options.once
                else "A touch counts for every conversion after it.",
                "direct": ", ".join(sorted(self._direct(asked.kinds))) or "–",
                "half_life": options.half_life,
                "order": options.markov_order,
                **weights,
            },
        )

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.asked.currencies), len(self.asked.kinds.labels)

    def _kinds(self) -> Kinds:
        of, columns = self.options.of, self.journeys.columns
        if of in (*PERIODS, "segment"):
            raise UnknownName("property", of, ["channel", *columns.properties.names()])
        return Kinds.of(self.journeys.groups(of), columns, MOST_KINDS[self.options.markov_order])

    def _direct(self, kinds: Kinds) -> list[str]:
        if self.options.direct is None:
            known = (*DIRECT, *OWN_CHANNELS) if self.options.of == "channel" else DIRECT
            return sorted(label for label in kinds.labels if label in known)
        for name in self.options.direct:
            if name not in kinds.labels:
                raise UnknownName(self.options.of, name, kinds.labels)
        return sorted({*self.options.direct})

    def _given(self, cost: F64) -> F64:
        """The costs of events, and those given by name in their place."""
        for name, amount in (self.options.costs or {}).items():
            if name not in self.asked.kinds.labels:
                raise UnknownName(self.options.of, name, self.asked.kinds.labels)
            place, currency = self._purse()
            cost[place, self.asked.kinds.labels.index(name)] = round(amount * 10 ** minor_digits(currency or "EUR"))
        return cost

    def _purse(self) -> tuple[int, str]:
        """The currency of given costs: the shop's, or the only one there is."""
        names = self.asked.currencies
        known = [self.journeys.currency] if self.journeys.currency else [name for name in names if name]
        if len(known) > 1:
            raise UsageError(
                "Costs need a currency: there are {currencies}.",
                fix="Name the shop's currency in its settings.",
                currencies=", ".join(known),
            )
        return (names.index(known[0]), known[0]) if known else (0, "")


def _known(cost: F64) -> F64:
    """Costs of 0 are not known to be costs."""
    return np.where(cost > 0, cost, np.nan)


def _gap(text: str) -> int:
    return 0 if text == "0" else microseconds(text)
