"""Identity: a deterministic mapping from identifiers to customers that follows from append-only facts."""

from periplo.identity.alarms import Alarm, crowded
from periplo.identity.answers import Moment, Owners, Totals, shown
from periplo.identity.decisions import Decision, Name, What, in_force
from periplo.identity.erasing import Subject
from periplo.identity.identity import FAR, Identity, open_state
from periplo.identity.kinds import COLUMNS, KINDS, SETS, Normalise, order_keys
from periplo.identity.links import Link, Suggestion
from periplo.identity.resolve import ALIAS
from periplo.identity.rules import Rules

__all__ = [
    "ALIAS",
    "COLUMNS",
    "FAR",
    "KINDS",
    "SETS",
    "Alarm",
    "Decision",
    "Identity",
    "Link",
    "Moment",
    "Name",
    "Normalise",
    "Owners",
    "Rules",
    "Subject",
    "Suggestion",
    "Totals",
    "What",
    "crowded",
    "in_force",
    "open_state",
    "order_keys",
    "shown",
]
