"""Attribution as a question to journeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from periplo.analysis.asking import Help, question
from periplo.analysis.attribution.answering import Options, answer, by_segment
from periplo.analysis.attribution.models import Model
from periplo.analysis.attribution.result import Attribution
from periplo.analysis.basis import Basis, Step
from periplo.analysis.facts import ORDERED
from periplo.analysis.options import By


class AttributionQuestions(Basis):
    @question("Which channels, campaigns or other touches get the credit for orders.")
    def attribution(
        self,
        *,
        model: Annotated[Model | None, Help("Only this model; without it all, side by side.")] = None,
        conversion: Annotated[Step, Help("What is credited: an event name or a predicate.")] = ORDERED,
        of: Annotated[str, Help("What touches are told apart by: channel, campaign, or another property.")] = "channel",
        lookback: Annotated[str, Help("How long before a conversion a touch still counts: 30d, 12h.")] = "30d",
        touches: Annotated[Step | None, Help("Which events are touches; without it every contact.")] = None,
        gap: Annotated[str, Help("Contacts of one kind with shorter gaps are one touch; 0: each is one.")] = "30min",
        once: Annotated[bool, Help("A touch counts for the next conversion only.")] = False,
        half_life: Annotated[str, Help("Time decay: so much earlier, a touch counts half.")] = "7d",
        weights: Annotated[
            Mapping[str, float] | None, Help("Model custom: weights of first, middle and last.", singular="weight")
        ] = None,
        markov_order: Annotated[int, Help("How many touches the Markov chain remembers: 1 to 3.")] = 1,
        direct: Annotated[
            Sequence[str] | None, Help("What last_non_direct passes over; without it web, app and direct.")
        ] = None,
        costs: Annotated[
            Mapping[str, float] | None,
            Help("What was spent on each, in the shop's currency: ads=1200.50.", singular="cost"),
        ] = None,
        by: By = None,
    ) -> Attribution:
        """Who gets the credit for conversions: channels, campaigns, or any property, by each model (SEMANTICS 7).

        ``by``: a property as it was at the conversion (at the last touch where there is none), "channel", "day",
        "week" or "month"; or "segment". References: ``attribution/conversions|ended|still_open``, and
        ``attribution/took_part|assisted|<model>/<name>`` or ``.../no touch``, each with ``/<group>`` where it is split.

        Raises ``UsageError`` for weights, a memory or costs that cannot be, ``UnknownName`` for names there are not.
        """
        options = Options(
            model=model,
            conversion=conversion,
            of=of,
            lookback=lookback,
            touches=touches,
            gap=gap,
            once=once,
            half_life=half_life,
            weights=weights,
            markov_order=markov_order,
            direct=direct,
            costs=costs,
        )
        return by_segment(self, options) if by == "segment" else answer(self, options, by)
