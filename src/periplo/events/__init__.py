"""Events: what happened, when, where, to whom. The model, its columns, and how others' messages become events."""

from periplo.events.clocks import repair, repair_columns
from periplo.events.identifiers import normalise, normalise_column
from periplo.events.model import Event, from_batch, to_batch
from periplo.events.schema import EVENT_FIELDS, EVENTS, IDENTIFIERS, STORED

__all__ = [
    "EVENTS",
    "EVENT_FIELDS",
    "IDENTIFIERS",
    "STORED",
    "Event",
    "from_batch",
    "normalise",
    "normalise_column",
    "repair",
    "repair_columns",
    "to_batch",
]
