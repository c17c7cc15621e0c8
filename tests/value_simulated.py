"""Buyers invented from known parameters, event by event, as the models say buyers are."""

from __future__ import annotations

import numpy as np

from periplo.analysis.value.buyers import Buyers


def stopping_after_orders(r: float, alpha: float, a: float, b: float, n: int, seed: int) -> Buyers:
    """BG/NBD: after each order, the first too few to be counted here, they may stop."""
    random = np.random.default_rng(seed)
    return _bought(random, random.gamma(r, 1 / alpha, n), lambda who: random.beta(a, b, n)[who], None)


def stopping_at_a_time(r: float, alpha: float, s: float, beta: float, n: int, seed: int) -> Buyers:
    """Pareto/NBD: each stops at a moment of their own."""
    random = np.random.default_rng(seed)
    rate, stops = random.gamma(r, 1 / alpha, n), random.exponential(1 / random.gamma(s, 1 / beta, n))
    return _bought(random, rate, None, stops)


def _bought(random, rate, chance, stops) -> Buyers:
    n = len(rate)
    age = random.uniform(20, 60, n)
    chances = chance(np.arange(n)) if chance else np.zeros(n)
    frequency, recency = np.zeros(n), np.zeros(n)
    for who in range(n):
        until = age[who] if stops is None else min(age[who], stops[who])
        when = random.exponential(1 / rate[who])
        while when <= until:
            frequency[who], recency[who] = frequency[who] + 1, when
            if random.random() < chances[who]:
                break
            when += random.exponential(1 / rate[who])
    return Buyers(frequency, recency, age)
