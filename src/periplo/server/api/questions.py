"""Stage flow, funnel, key figures, transitions."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter
from msgspec.structs import replace

from periplo.language import t
from periplo.server.api.answering import answered
from periplo.server.api.parameters import By, route
from periplo.server.api.shapes import FunnelAnswer, KpisAnswer, StagesAnswer, TransitionsAnswer
from periplo.server.given import TheDesk, TheReader, TheView

Step = Annotated[
    list[str],
    QueryParameter(min_items=1, max_items=20, description="An event name or a predicate as JSON; once per step."),
]
Within = Annotated[str, QueryParameter(description="The longest an attempt may take, edge included: 7d, 12h, 30min.")]


@route("/stages", tags=["Numbers"], summary="Stage flow")
def stages(desk: TheDesk, view: TheView, reader: TheReader) -> StagesAnswer:
    """How customers enter the stages of the map, go on, drop or are still on their way."""
    return answered(StagesAnswer, desk.stages(view), desk, view, reader.lang)


@route("/funnel", tags=["Numbers"], summary="Funnel")
def funnel(
    desk: TheDesk, view: TheView, reader: TheReader, step: Step, within: Within = "7d", by: By = None
) -> FunnelAnswer:
    """How many customers went from step to step, in order, within a time."""
    result = desk.journeys(view).funnel(*step, within=within, by=by)
    return answered(FunnelAnswer, result, desk, view, reader.lang)


@route("/kpis", tags=["Numbers"], summary="Key figures")
def kpis(desk: TheDesk, view: TheView, reader: TheReader, by: By = None) -> KpisAnswer:
    """The key figures that the data allow, with the change to the period before."""
    found = desk.kpis(view, by)
    told = [replace(kpi, label=t(kpi.label, reader.lang), meaning=kpi.explain(reader.lang)) for kpi in found.values]
    return answered(KpisAnswer, replace(found, values=told), desk, view, reader.lang)


@route("/transitions", tags=["Numbers"], summary="Transitions")
def transitions(desk: TheDesk, view: TheView, reader: TheReader) -> TransitionsAnswer:
    """Which touchpoint follows which; rows and columns add up."""
    return answered(TransitionsAnswer, desk.transitions(view), desk, view, reader.lang)
