"""The one predicate language (law 6): a small typed tree, read from YAML or JSON, told in words, evaluated over
history as columns and live event by event, with the same answers.

    buyers = parse({"did": "Order Completed", "at_least": 2, "within": "30d"})
    evaluate(buyers, columns)             # bool per event: true at that instant, counting that event
    evaluate_customers(buyers, columns)   # bool per customer, at the end of the window
"""

from periplo.predicates.durations import parse_duration, write_duration
from periplo.predicates.evaluate import by_name, evaluate, evaluate_customers
from periplo.predicates.live import Happening, Live
from periplo.predicates.parse import parse
from periplo.predicates.properties import Columns
from periplo.predicates.schema import json_schema
from periplo.predicates.tell import tell
from periplo.predicates.tree import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    InSegment,
    Not,
    Predicate,
    PropertyIs,
    Sequence,
)
from periplo.predicates.unknown import Unknown, named_events, unknown_names
from periplo.predicates.write import to_data

__all__ = [
    "All",
    "AnyOf",
    "Columns",
    "Did",
    "EventIs",
    "FirstTouch",
    "Happening",
    "InSegment",
    "Live",
    "Not",
    "Predicate",
    "PropertyIs",
    "Sequence",
    "Unknown",
    "by_name",
    "evaluate",
    "evaluate_customers",
    "json_schema",
    "named_events",
    "parse",
    "parse_duration",
    "tell",
    "to_data",
    "unknown_names",
    "write_duration",
]
