"""Replies, solutions, and what customers answer in surveys."""

from __future__ import annotations

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.journeys.columns import F64, I64


def first_reply(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Replied")


def resolution(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Resolved")


def _waited(facts: Facts, begins: str, ends: str) -> Measured:
    rows, ended = facts.answered(begins, ends)
    rows, ended = rows[ended >= 0], ended[ended >= 0]
    return Measured(rows, facts.part.time_us[ended] - facts.part.time_us[rows])


def promoters(facts: Facts) -> Measured:
    """+100 for 9 and 10, -100 for 0 to 6."""
    rows, score = _answers(facts, "nps")
    return Measured(rows, 100 * ((score >= 9).astype(np.int64) - (score <= 6)))


def satisfied(facts: Facts) -> Measured:
    return _top_box(facts, "csat", 5)


def easy(facts: Facts) -> Measured:
    return _top_box(facts, "ces", 7)


def _top_box(facts: Facts, survey: str, top: int) -> Measured:
    rows, score = _answers(facts, survey)
    return Measured(rows, score >= top)


def _answers(facts: Facts, survey: str) -> tuple[I64, F64]:
    """The rows of answers to one kind of survey, and their scores."""
    rows = facts.rows("Survey Answered")
    scores, kinds = facts.part.properties.column("score"), facts.part.properties.column("survey")
    if not isinstance(scores, np.ndarray) or kinds is None or isinstance(kinds, np.ndarray):
        return rows[:0], np.empty(0)
    asked = np.array([value.casefold() == survey for value in kinds.values] + [False])
    rows = rows[asked[kinds.codes[rows]] & ~np.isnan(scores[rows])]
    return rows, scores[rows]


_ANSWERED = (("Survey Answered",),)

FIGURES = (
    Spec(
        "first_response",
        "median time to the first reply",
        "From a customer's first message to the first reply.",
        "seconds",
        "median",
        first_reply,
        (("Ticket Opened",), ("Ticket Replied",)),
    ),
    Spec(
        "resolution_time",
        "median time to the solution",
        "From a customer's first message to the ticket being resolved.",
        "seconds",
        "median",
        resolution,
        (("Ticket Opened",), ("Ticket Resolved",)),
    ),
    Spec(
        "nps",
        "NPS",
        "Share of 9 and 10 minus share of 0 to 6, on a scale of 0 to 10, in points.",
        "number",
        "ratio",
        promoters,
        _ANSWERED,
        "score",
        survey="nps",
    ),
    Spec(
        "csat",
        "CSAT",
        "Answers of 5 on a scale of 1 to 5 / answers.",
        "share",
        "ratio",
        satisfied,
        _ANSWERED,
        "score",
        survey="csat",
    ),
    Spec(
        "ces",
        "CES",
        "Answers of 7 on a scale of 1 to 7 / answers.",
        "share",
        "ratio",
        easy,
        _ANSWERED,
        "score",
        survey="ces",
    ),
)
