"""Replies and solutions, also in opening hours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.facts import Facts
from periplo.analysis.kpi.opening import Opening
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.journeys.columns import I32, I64, Bool

BOT = "bot"
"""A reply whose ``author`` is this is not a human one."""
Waits = Callable[[Facts], Measured]


def first_reply(facts: Facts) -> Measured:
    """The first one by a human."""
    return _waited(facts, "Ticket Opened", "Ticket Replied", but=_by_bots(facts))


def resolution(facts: Facts) -> Measured:
    return _waited(facts, "Ticket Opened", "Ticket Resolved", reopened=True)


def in_opening_hours(facts: Facts, waits: Waits, opening: Opening) -> Measured:
    found = waits(facts)
    begun = facts.part.time_us[found.row]
    return Measured(found.row, opening.between(begun, begun + found.part.astype(np.int64)))


def _by_bots(facts: Facts) -> Bool | None:
    authors = coded(facts.part, "author")
    if authors is None:
        return None
    bots = np.array([name.casefold() == BOT for name in authors.values] + [False])
    return bots[authors.codes]


def _waited(facts: Facts, begins: str, ends: str, *, reopened: bool = False, but: Bool | None = None) -> Measured:
    """By ticket where it has a number, else from one to the next of the same customer; without the events ``but``."""
    rows, ended = facts.answered(begins, ends, but)
    tickets = coded(facts.part, "ticket_id")
    if tickets is not None:
        numbered, alone = facts.persons(facts.rows(begins)), tickets.codes[rows] < 0
        numbered, ends_of = numbered[tickets.codes[numbered] >= 0], facts.rows(ends)
        ends_of = ends_of if but is None else ends_of[~but[ends_of]]
        own = _by_ticket(facts, tickets.codes, numbered, ends_of, reopened)
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


def figures(opening: Opening, hours: str) -> tuple[Spec, ...]:
    """Those of waiting, all the time and in opening hours."""
    reply = partial(in_opening_hours, waits=first_reply, opening=opening)
    solved = partial(in_opening_hours, waits=resolution, opening=opening)
    replies, ends = (("Ticket Opened",), ("Ticket Replied",)), (("Ticket Opened",), ("Ticket Resolved",))
    open_hours = {"hours": hours}
    return (
        Spec(
            "first_response",
            "median time to the first reply",
            "From a customer's first message to the first reply by a human.",
            "seconds",
            "median",
            first_reply,
            replies,
            less=True,
        ),
        Spec(
            "first_response_p90",
            "time to the first reply, 90 % within",
            "From a customer's first message to the first reply by a human, the time within which nine of ten fall.",
            "seconds",
            "p90",
            first_reply,
            replies,
            less=True,
        ),
        Spec(
            "first_response_open",
            "median time to the first reply, in opening hours",
            "From a customer's first message to the first reply by a human, counting only opening hours ({hours}).",
            "seconds",
            "median",
            reply,
            replies,
            less=True,
            values=open_hours,
        ),
        Spec(
            "first_response_open_p90",
            "time to the first reply in opening hours, 90 % within",
            "From a customer's first message to the first reply by a human, the time within which nine of ten fall, "
            "counting only opening hours ({hours}).",
            "seconds",
            "p90",
            reply,
            replies,
            less=True,
            values=open_hours,
        ),
        Spec(
            "resolution_time",
            "median time to the solution",
            "From a customer's first message to the ticket being resolved; with ticket numbers, for the last time.",
            "seconds",
            "median",
            resolution,
            ends,
            less=True,
        ),
        Spec(
            "resolution_time_p90",
            "time to the solution, 90 % within",
            "From a customer's first message to the ticket being resolved; with ticket numbers, for the last time; the "
            "time within which nine of ten fall.",
            "seconds",
            "p90",
            resolution,
            ends,
            less=True,
        ),
        Spec(
            "resolution_time_open",
            "median time to the solution, in opening hours",
            "From a customer's first message to the ticket being resolved; with ticket numbers, for the last time; "
            "counting only opening hours ({hours}).",
            "seconds",
            "median",
            solved,
            ends,
            less=True,
            values=open_hours,
        ),
        Spec(
            "resolution_time_open_p90",
            "time to the solution in opening hours, 90 % within",
            "From a customer's first message to the ticket being resolved; with ticket numbers, for the last time; the "
            "time within which nine of ten fall, counting only opening hours ({hours}).",
            "seconds",
            "p90",
            solved,
            ends,
            less=True,
            values=open_hours,
        ),
    )
