"""Replies, solutions, and what customers answer in surveys."""

from __future__ import annotations

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.journeys.columns import F64, I32, I64


def first_reply(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Replied")


def resolution(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Resolved", reopened=True)


def _waited(facts: Facts, begins: str, ends: str, *, reopened: bool = False) -> Measured:
    """By ticket where it has a number, else from one to the next of the same customer."""
    rows, ended = facts.answered(begins, ends)
    tickets = coded(facts.part, "ticket_id")
    if tickets is not None:
        numbered, alone = facts.persons(facts.rows(begins)), tickets.codes[rows] < 0
        numbered = numbered[tickets.codes[numbered] >= 0]
        own = _by_ticket(facts, tickets.codes, numbered, facts.rows(ends), reopened)
        rows, ended = (np.concatenate(pair) for pair in zip((rows[alone], ended[alone]), own, strict=True))
        order = np.argsort(rows)
        rows, ended = rows[order], ended[order]
    rows, ended = rows[ended >= 0], ended[ended >= 0]
    return Measured(rows, facts.part.time_us[ended] - facts.part.time_us[rows])


def _by_ticket(facts: Facts, codes: I32, opened: I64, ended: I64, reopened: bool) -> tuple[I64, I64]:
    """The row that opens each ticket first, and the row that ends it or -1: the first after it, or the last where
    reopening counts."""
    size = facts.part.events
    both = np.concatenate((opened, ended[codes[ended] >= 0]))
    tickets = np.unique(facts.customer(both) * (int(codes.max(initial=0)) + 1) + codes[both], return_inverse=True)[1]
    place = tickets * size + both
    begun, over = place[: len(opened)], np.sort(place[len(opened) :])
    begun = np.sort(begun)[np.diff(np.sort(begun) // size, prepend=-1) > 0]
    at = np.searchsorted(over, (begun // size + 1) * size) - 1 if reopened else np.searchsorted(over, begun)
    found = np.append(over, -1)[at]
    right = (found // size == begun // size) & (found > begun)
    return begun % size, np.where(right, found % size, -1)


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
