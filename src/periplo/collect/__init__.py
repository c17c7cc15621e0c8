"""Collecting: what shops' systems send, in the dialects they speak, becomes messages in the log, once, durably."""

from periplo.collect.arrived import Arrived, Wrong
from periplo.collect.bodies import opened, too_large
from periplo.collect.limits import MOST_BYTES, MOST_EVENT_BYTES, MOST_EVENTS, USUAL_KB
from periplo.collect.posthog import events_of
from periplo.collect.segment import batch_of, call_of
from periplo.collect.verdicts import Answer, Verdict, answer
from periplo.collect.writer import Ticket, Writer

__all__ = [
    "MOST_BYTES",
    "MOST_EVENTS",
    "MOST_EVENT_BYTES",
    "USUAL_KB",
    "Answer",
    "Arrived",
    "Ticket",
    "Verdict",
    "Writer",
    "Wrong",
    "answer",
    "batch_of",
    "call_of",
    "events_of",
    "opened",
    "too_large",
]
