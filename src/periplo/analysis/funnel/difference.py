"""How much the conversion of a group differs, with its interval and p-value."""

from __future__ import annotations

from math import erfc, sqrt

import msgspec

Z95 = 1.959963984540054
"""The normal quantile of 97.5 %."""


class Difference(msgspec.Struct, frozen=True):
    """The rate of a group minus that of the others: ``low`` to ``high`` is its 95 % interval.

    ``p_value``: how often chance alone would make so large a difference, None where nobody or everybody converted.
    """

    difference: float
    low: float
    high: float
    p_value: float | None


def difference(a: int, n: int, b: int, m: int) -> Difference | None:
    """``a`` of ``n`` against ``b`` of ``m``: Newcombe's interval (Statistics in Medicine 17, 1998, method 10: from two
    Wilson intervals), and the two-sided z-test of two proportions with pooled variance. None where one is empty."""
    if not n or not m:
        return None
    p, q, pooled = a / n, b / m, (a + b) / (n + m)
    (p_low, p_high), (q_low, q_high) = wilson(a, n), wilson(b, m)
    spread = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return Difference(
        p - q,
        p - q - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        p - q + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
        erfc(abs(p - q) / spread / sqrt(2)) if spread else None,
    )


def wilson(a: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of the rate ``a`` of ``n`` (JASA 22, 1927)."""
    p, shrink = a / n, 1 + Z95**2 / n
    centre = (p + Z95**2 / (2 * n)) / shrink
    half = Z95 * sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n)) / shrink
    return (0.0 if a == 0 else centre - half), (1.0 if a == n else centre + half)
