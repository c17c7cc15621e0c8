"""Adding up the facts of one figure, by group and by what must not be mixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.analysis.facts import Facts
from periplo.analysis.grouping import Grouping
from periplo.analysis.kpi.over import WEEK_US, weeks
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.analysis.numbers import joined
from periplo.journeys.columns import F64, I64
from periplo.journeys.kernels.tally import first_of_each, tally

RANK = {"median": 0.5, "p90": 0.9}
_NONE: F64 = np.empty(0)


@dataclass(frozen=True)
class Tally:
    """What one figure adds up: ``part, whole, n`` [groups + 1, splits], the last row of all together; for quantiles
    each ``group`` and ``value``."""

    part: F64
    whole: F64
    n: I64
    group: I64
    value: I64

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.part + other.part,
            self.whole + other.whole,
            self.n + other.n,
            joined((self.group, other.group)),
            joined((self.value, other.value)),
        )


def added_up(spec: Spec, measured: Measured, facts: Facts, grouping: Grouping, splits: int) -> Tally:
    group, ranked = grouping.codes(facts.part, measured.row), spec.how in RANK
    shape = len(grouping.labels), splits
    cell = group if measured.split is None else group * splits + measured.split
    whole = _NONE if measured.whole is None else measured.whole.astype(np.float64)
    sums = tally(cell, measured.part.astype(np.float64), whole, shape[0] * splits)
    part, over, n = (np.concatenate((each, each.sum(axis=0)[None])) for each in (one.reshape(shape) for one in sums))
    if spec.how == "per_customer":
        over, n = _customers(measured, facts, grouping, group)
    value = measured.part.astype(np.int64)
    return Tally(part, over, n, group if ranked else group[:0], value if ranked else value[:0])


def _customers(measured: Measured, facts: Facts, grouping: Grouping, group: I64) -> tuple[F64, I64]:
    """How many customers, or weeks of them, each group has, and all together: each counted once."""
    owner, groups = facts.customer(measured.row), len(grouping.labels)
    first = first_of_each(owner, group, groups)
    who, where = owner[first], group[first]
    everyone = owner[np.flatnonzero(np.diff(owner, prepend=-1))]
    n = np.append(np.bincount(where, minlength=groups), len(everyone))[:, None]
    if measured.since is None:
        return n.astype(np.float64), n
    lasted = np.bincount(where, weeks(grouping, facts.part, where, measured.since[who]), groups)
    until = (facts.part.until_us - measured.since[everyone]) / WEEK_US
    return np.append(lasted, np.maximum(until, 1.0).sum())[:, None], n
