"""How a process tells of itself: lines for its operator; ``measures`` for Prometheus and a process ``beside``
it, which only servers load; and what its disk says."""

from periplo.operation.disk import dispensable, may_write, trouble, trouble_of, written
from periplo.operation.lines import Format, Level, set_up
from periplo.operation.masking import masked
from periplo.operation.request_id import new_request_id, request_id
from periplo.operation.stopping import stopping

__all__ = [
    "Format",
    "Level",
    "dispensable",
    "masked",
    "may_write",
    "new_request_id",
    "request_id",
    "set_up",
    "stopping",
    "trouble",
    "trouble_of",
    "written",
]
