"""What pages and routes ask the shop, with the answers of the present version remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar, cast

import msgspec
import numpy as np

from periplo.analysis import Journeys, Result, put
from periplo.analysis.kpi.result import Kpis
from periplo.analysis.listing import Listing, listing
from periplo.analysis.stages_result import StageFlow
from periplo.journeys.columns import I64
from periplo.maps import MapDefinition, MapReading, behind, stage_flow
from periplo.server.query import View, view_of
from periplo.workspace import Shop
from periplo.workspace.remembered import Remembered

T = TypeVar("T")
NOTHING: Mapping[str, Any] = {}


class Desk:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._answers: Remembered[Any] = Remembered(64)

    def view(self, asked: Mapping[str, str | None]) -> View:
        return view_of(self.shop, asked)

    def remembered(self, what: Hashable, compute: Callable[[], T]) -> T:
        """What ``compute`` answers, computed once for each version of the shop."""
        answer: T = self._answers.get((self.shop.version(), what), compute)
        return answer

    def journeys(self, view: View) -> Journeys:
        return self.remembered(("journeys", view.filters), lambda: self.shop.journeys(view.filters))

    def definition(self, view: View) -> MapDefinition:
        return self.remembered(("definition", view.map), lambda: self.shop.map_definition(view.map))

    def reading(self, view: View) -> MapReading:
        return self.remembered(("reading", view), lambda: self.shop.read_map(self.definition(view), view.filters))

    def ask(self, view: View, question: str, given: Mapping[str, Any] = NOTHING) -> Result:
        """A question by its name, with what it was given."""
        key = ("ask", question, view.filters, msgspec.json.encode(given, order="sorted"))
        return self.remembered(key, lambda: put(self.journeys(view), question, given))

    def kpis(self, view: View) -> Kpis:
        return cast(Kpis, self.ask(view, "kpis"))

    def stages(self, view: View) -> StageFlow:
        """How the customers of the view's map flow through its stages."""
        definition = self.definition(view)
        return self.remembered(("stages", view), lambda: stage_flow(self.journeys(view), definition))

    def listed(self, view: View, ref: str | None) -> Listing:
        """The customers behind a number of the map, or all, as a list."""
        everyone = self.everyone(view)
        return everyone.pick(self.behind(view, ref)) if ref else everyone

    def indices(self, view: View, ref: str | None) -> I64:
        """The customers behind a number of the map, or all, as indices into ``journeys(view)``."""
        return self.behind(view, ref) if ref else np.arange(self.journeys(view).columns.customers)

    def everyone(self, view: View) -> Listing:
        currency, taxonomy = self.shop.settings.currency, self.shop.taxonomy
        return self.remembered(
            ("listing", view.filters), lambda: listing(self.journeys(view).columns, taxonomy, currency)
        )

    def behind(self, view: View, ref: str) -> I64:
        """The customers behind a number, as indices into ``journeys(view)``."""
        match ref.partition("/")[0]:
            case "kpi":
                return self.kpis(view).behind(ref)
            case "transition":
                return self.ask(view, "transitions").behind(ref)
        return behind(self.journeys(view), self.definition(view), ref, self.stages(view))
