"""Reading files: exports of shops, in whatever form, become batches of events, and rows that cannot are set aside."""

from periplo.intake.choosing.plan import MappingPlan, PlanItem
from periplo.intake.intake import Intake, open_intake
from periplo.intake.mappings.mapping import Mapping
from periplo.intake.mappings.preset_files import PRESETS, json_schema, load_mapping, write_mapping
from periplo.intake.model import IntakeBatch, IntakeSettings, Note, OfLines, Places, Progress, Reason, Refusing, Reject
from periplo.intake.replay import replay

__all__ = [
    "PRESETS",
    "Intake",
    "IntakeBatch",
    "IntakeSettings",
    "Mapping",
    "MappingPlan",
    "Note",
    "OfLines",
    "Places",
    "PlanItem",
    "Progress",
    "Reason",
    "Refusing",
    "Reject",
    "json_schema",
    "load_mapping",
    "open_intake",
    "replay",
    "write_mapping",
]
