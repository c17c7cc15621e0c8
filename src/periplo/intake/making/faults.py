"""Which rows are refused: the first fault of a row is its reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from periplo.intake.model import Bool, Reason, Reject, Rows

_SHOWN = 200  # characters of a value that a reason quotes


class Faults:
    """Collects the refused rows of some ``rows``; ``bad`` bool[n] marks them."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.bad: Bool = np.zeros(rows.table.num_rows, bool)
        self.rejects: list[Reject] = list(rows.rejects)

    def add(
        self,
        where: Bool,
        field: str,
        reason: Reason | Callable[[str], Reason],
        shown: Callable[[], pa.Array] | None = None,
    ) -> None:
        """Refuses the rows ``where``; ``shown`` gives the column of values that the reasons quote."""
        rows = np.flatnonzero(where & ~self.bad).tolist()
        values = shown().take(rows).to_pylist() if rows and shown else [None] * len(rows)
        for row, quoted in zip(rows, values, strict=True):
            value = "" if quoted is None else str(quoted)[:_SHOWN]
            said = reason(value=value) if isinstance(reason, Reason) else reason(value)
            self.rejects.append(self.rows.reject(row, field, said))
        self.bad |= where
