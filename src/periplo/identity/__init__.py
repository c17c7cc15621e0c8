"""Identity: a deterministic mapping from identifiers to customers that follows from append-only edges."""

from periplo.identity.erasing import Subject
from periplo.identity.identity import Identity, Suggestion, Totals, open_state
from periplo.identity.kinds import COLUMNS, KINDS, SETS, Normalise, order_keys
from periplo.identity.rules import Rules

__all__ = [
    "COLUMNS",
    "KINDS",
    "SETS",
    "Identity",
    "Normalise",
    "Rules",
    "Subject",
    "Suggestion",
    "Totals",
    "open_state",
    "order_keys",
]
