"""Questions about journeys, one module each, and ``Journeys``, the face they are asked through."""

from periplo.analysis.asking import Option, options_of, put, questions
from periplo.analysis.attribution.result import Attribution
from periplo.analysis.channels.result import Channels
from periplo.analysis.cycles import Cycles
from periplo.analysis.face import Journeys
from periplo.analysis.funnel.result import FunnelResult, FunnelStep
from periplo.analysis.kpi.result import Kpi, Kpis
from periplo.analysis.paths.loops import Loops
from periplo.analysis.paths.sankey import Sankey
from periplo.analysis.paths.sequences import Sequences
from periplo.analysis.paths.step_matrix import StepMatrix
from periplo.analysis.paths.transitions import Move, Transitions
from periplo.analysis.paths.whole import TopPaths
from periplo.analysis.result import Count, Definition, Evidence, Result, Shown, TouchCount
from periplo.analysis.retention.cohorts_result import Cohorts
from periplo.analysis.retention.living_result import Lifecycle, Stickiness
from periplo.analysis.retention.result import Retention
from periplo.analysis.sessions import Sessions
from periplo.analysis.stages_result import StageFlow, StageNumbers
from periplo.analysis.value.clv_result import CustomerValues
from periplo.analysis.value.plain import PlainValues
from periplo.analysis.value.rfm_result import Rfm

__all__ = [
    "Attribution",
    "Channels",
    "Cohorts",
    "Count",
    "CustomerValues",
    "Cycles",
    "Definition",
    "Evidence",
    "FunnelResult",
    "FunnelStep",
    "Journeys",
    "Kpi",
    "Kpis",
    "Lifecycle",
    "Loops",
    "Move",
    "Option",
    "PlainValues",
    "Result",
    "Retention",
    "Rfm",
    "Sankey",
    "Sequences",
    "Sessions",
    "Shown",
    "StageFlow",
    "StageNumbers",
    "StepMatrix",
    "Stickiness",
    "TopPaths",
    "TouchCount",
    "Transitions",
    "options_of",
    "put",
    "questions",
]
