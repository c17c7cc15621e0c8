"""Exact removal effects of an absorbing Markov chain (SEMANTICS 7), solved with linear algebra.

The chain walks over states, each the last ``order`` touches (fewer at the start), to a conversion or to an end without
one, with the probabilities counted on paths. The removal effect of a kind of touch is the share of the probability of
a conversion that is lost when whoever reaches that kind ends there (Anderl, Becker, Wangenheim, Schumann 2016, "Mapping
the customer journey", International Journal of Research in Marketing 33).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy

from periplo.journeys.columns import F64, I64, Bool


class Steps(NamedTuple):
    """Steps of paths: distinct ``key`` int64 ascending (state * (kinds + 2) + next), and how many ``times`` each."""

    key: I64
    times: I64


def counted(key: I64, times: I64) -> Steps:
    """Steps with each key once, in order; those that never happened left out."""
    top = int(key.max(initial=0)) + 1
    if top <= max(len(key), 1024):
        distinct, place = np.arange(top), key
    else:
        distinct, place = np.unique(key, return_inverse=True)
    sums = np.bincount(place, times, len(distinct)).astype(np.int64)
    some = np.flatnonzero(sums)
    return Steps(distinct[some], sums[some])


class Chain(NamedTuple):
    """``step`` float64[states, states] the probabilities between states, of which the first is the start; ``reward``
    float64[states, rewards] what leaving a state brings on average; ``holds[kind]`` the states with such a touch."""

    step: scipy.sparse.csc_array
    reward: F64
    holds: list[Bool]


def chain(steps: Steps, kinds: int, order: int, gains: list[Steps]) -> Chain:
    """The chain of counted steps. Its rewards are the probability of a conversion, then each of ``gains``: amounts
    by the key of the step to the conversion that brought them."""
    state, following = np.divmod(steps.key, kinds + 2)
    states, place = np.unique(state, return_inverse=True)
    left = np.bincount(place, steps.times, len(states)).astype(np.float64)
    on = following < kinds
    target = np.searchsorted(states, (state * (kinds + 1) + following + 1)[on] % (kinds + 1) ** order)
    share = steps.times[on] / left[place[on]]
    converted = Steps(steps.key[following == kinds], steps.times[following == kinds])
    reward = np.zeros((len(states), 1 + len(gains)))
    for column, gain in enumerate([converted, *gains]):
        ends = np.searchsorted(states, gain.key // (kinds + 2))
        reward[:, column] = np.bincount(ends, gain.times, len(states)) / left
    digits = states[:, None] // (kinds + 1) ** np.arange(order) % (kinds + 1) - 1
    return Chain(
        scipy.sparse.csc_array((share, (place[on], target)), shape=(len(states), len(states))),
        reward,
        [(digits == kind).any(axis=1) for kind in range(kinds)],
    )


def removal_effects(steps: Steps, kinds: int, order: int, gains: list[Steps]) -> tuple[F64, F64]:
    """What the chain is expected to bring from its start, float64[1 + gains]: the probability of a conversion, then
    each gain; and the share of it that is lost without each kind of touch, float64[1 + gains, kinds]."""
    if not len(steps.key):
        return np.zeros(1 + len(gains)), np.zeros((1 + len(gains), kinds))
    found = chain(steps, kinds, order, gains)
    if order == 1:
        expected, lost = _one_by_one(found)
    else:
        expected = _expected(found, np.ones(len(found.reward), np.bool_))
        lost = np.array([expected - _expected(found, ~holds) if holds.any() else 0 * expected for holds in found.holds])
    some = expected > 0
    effects = np.divide(lost.T, expected[:, None], out=np.zeros((len(expected), kinds)), where=some[:, None])
    return expected, np.clip(effects, 0.0, 1.0)


def _one_by_one(found: Chain) -> tuple[F64, F64]:
    """Where each state is one kind: the probability of ever reaching it, times what is expected from there on.

    With the fundamental matrix N = (1 - Q)^-1 that probability is N[start, state] / N[state, state].
    """
    visits = np.linalg.inv(np.eye(len(found.reward)) - found.step.toarray())
    ahead = visits @ found.reward
    reached = visits[0] / visits.diagonal()
    lost = np.zeros((len(found.holds), found.reward.shape[1]))
    for kind, holds in enumerate(found.holds):
        lost[kind] = reached[holds] @ ahead[holds]
    return ahead[0], lost


def _expected(found: Chain, kept: Bool) -> F64:
    """What is expected from the start where only these states may be walked through."""
    rows = np.flatnonzero(kept)
    system = scipy.sparse.eye_array(len(rows), format="csc") - found.step[rows][:, rows]
    solved: F64 = scipy.sparse.linalg.splu(system.tocsc()).solve(found.reward[rows])[0]
    return solved
