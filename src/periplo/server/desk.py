"""What pages and routes ask the shop, with the answers of the present version remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from periplo.analysis import Journeys
from periplo.analysis.kpis_result import Kpis
from periplo.analysis.stages_result import StageFlow
from periplo.analysis.transitions import Transitions
from periplo.journeys.columns import I64
from periplo.maps import MapDefinition, MapReading, behind, stage_flow
from periplo.server.answers import Answers
from periplo.server.listing import Listing, listing
from periplo.server.query import View, view_of
from periplo.workspace import Shop

T = TypeVar("T")


class Desk:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._answers = Answers()

    def view(self, asked: Mapping[str, str | None]) -> View:
        return view_of(self.shop, asked)

    def remembered(self, what: Hashable, compute: Callable[[], T]) -> T:
        """What ``compute`` answers, computed once for each version of the shop."""
        return self._answers.get((self.shop.version(), what), compute)

    def journeys(self, view: View) -> Journeys:
        return self.remembered(("journeys", view.filters), lambda: self.shop.journeys(view.filters))

    def definition(self, view: View) -> MapDefinition:
        return self.remembered(("definition", view.map), lambda: self.shop.map_definition(view.map))

    def reading(self, view: View) -> MapReading:
        return self.remembered(("reading", view), lambda: self.shop.read_map(self.definition(view), view.filters))

    def kpis(self, view: View, by: str | None = None) -> Kpis:
        return self.remembered(("kpis", by, view.filters), lambda: self.journeys(view).kpis(by=by))

    def transitions(self, view: View) -> Transitions:
        return self.remembered(("transitions", view.filters), lambda: self.journeys(view).transitions())

    def stages(self, view: View) -> StageFlow:
        """The flow through the stages of the view's map."""
        definition = self.definition(view)
        return self.remembered(("stages", view), lambda: stage_flow(self.journeys(view), definition))

    def listed(self, view: View, ref: str | None) -> Listing:
        """The customers behind a number, or all, as a list."""
        currency, taxonomy = self.shop.settings.currency, self.shop.taxonomy
        everyone = self.remembered(
            ("listing", view.filters), lambda: listing(self.journeys(view).columns, taxonomy, currency)
        )
        return everyone.pick(self.behind(view, ref)) if ref else everyone

    def behind(self, view: View, ref: str) -> I64:
        """The customers behind a number, as indices into ``journeys(view)``."""
        match ref.partition("/")[0]:
            case "kpi":
                return self.kpis(view).behind(ref)
            case "transition":
                return self.transitions(view).behind(ref)
        return behind(self.journeys(view), self.definition(view), ref)
