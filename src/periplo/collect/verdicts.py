"""What the sender is told of each event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from periplo.collect.arrived import Arrived
from periplo.errors import filled
from periplo.log import Fault

Verdict = Literal["accepted", "duplicate", "conflict", "quarantined", "dropped"]


class Problem(msgspec.Struct, frozen=True):
    """Why one event of the request was not taken as it is."""

    index: int
    verdict: Verdict
    stage: str
    rule: str
    path: str
    reason: str


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a request, once all is durable: a verdict per event in the order sent, and what is wrong.

    accepted     it is in the log
    duplicate    it was there already: nothing was added
    conflict     another event has its message id: that one stays, this one is kept in quarantine
    dropped      its person did not consent, and the shop does not take it then; or was erased since it happened
    quarantined  it can never be an event: kept whole, with the reason, until somebody mends it

    ``code``, ``message``: only where nothing of the request became, or already was, an event. RudderStack's SDK for
    Python reads them, and sends again for minutes what is refused without.
    """

    success: bool
    verdicts: list[Verdict]
    problems: list[Problem]
    code: str = ""
    message: str = ""

    @property
    def hopeless(self) -> bool:
        return bool(self.code)


def answer(arrived: Arrived, repeated: Iterable[int], conflicts: Mapping[int, Fault]) -> Answer:
    """``repeated``: which of the good messages were there already; ``conflicts``: those of them that differ."""
    verdicts: list[Verdict] = ["accepted"] * (len(arrived.indexes) + len(arrived.wrong) + len(arrived.dropped))
    for number in arrived.dropped:
        verdicts[number] = "dropped"
    for row in repeated:
        verdicts[arrived.indexes[row]] = "conflict" if row in conflicts else "duplicate"
    problems = [_conflict(arrived.indexes[row], fault) for row, fault in conflicts.items()]
    for wrong in arrived.wrong:
        verdicts[wrong.number] = "quarantined"
        reason = filled(wrong.rule.reason, wrong.values)
        problems.append(Problem(wrong.number, "quarantined", wrong.stage, wrong.rule.name, wrong.path, reason))
    problems.sort(key=lambda problem: problem.index)
    if verdicts and all(verdict == "quarantined" for verdict in verdicts):
        return Answer(False, verdicts, problems, "quarantined", problems[0].reason)
    return Answer(True, verdicts, problems)


def _conflict(index: int, fault: Fault) -> Problem:
    reason = filled(fault.reason, fault.values)
    return Problem(index, "conflict", fault.stage, fault.rule, fault.path, reason)
