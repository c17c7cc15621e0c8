"""How a process tells of itself: lines for its operator, and measures for Prometheus; and what its disk says."""

from periplo.operation.disk import dispensable, may_write, trouble, trouble_of, written
from periplo.operation.lines import Format, Level, set_up
from periplo.operation.masking import masked
from periplo.operation.measures import CONTENT_TYPE, Gauge, Measures, by_shop, families_of, told
from periplo.operation.request_id import new_request_id, request_id
from periplo.operation.stopping import stopping

__all__ = [
    "CONTENT_TYPE",
    "Format",
    "Gauge",
    "Level",
    "Measures",
    "by_shop",
    "dispensable",
    "families_of",
    "masked",
    "may_write",
    "new_request_id",
    "request_id",
    "set_up",
    "stopping",
    "told",
    "trouble",
    "trouble_of",
    "written",
]
