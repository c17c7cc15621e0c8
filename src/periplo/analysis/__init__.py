"""Questions about journeys, one module each, and ``Journeys``, the face they are asked through."""

from periplo.analysis.cohorts import Cohorts
from periplo.analysis.cycles import Cycles
from periplo.analysis.face import Journeys
from periplo.analysis.funnel_result import FunnelResult, FunnelStep
from periplo.analysis.kpis_result import Kpi, Kpis
from periplo.analysis.result import Count, Definition, Evidence, Result, Shown, TouchCount
from periplo.analysis.sessions import Sessions
from periplo.analysis.stages_result import StageFlow, StageNumbers
from periplo.analysis.transitions import Move, Transitions

__all__ = [
    "Cohorts",
    "Count",
    "Cycles",
    "Definition",
    "Evidence",
    "FunnelResult",
    "FunnelStep",
    "Journeys",
    "Kpi",
    "Kpis",
    "Move",
    "Result",
    "Sessions",
    "Shown",
    "StageFlow",
    "StageNumbers",
    "TouchCount",
    "Transitions",
]
