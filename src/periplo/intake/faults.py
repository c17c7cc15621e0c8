"""Which rows are refused: the first fault of a row is its reason."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from periplo.intake.model import Bool, Reason, Reject, Rows


class Faults:
    """Collects the refused rows of some ``rows``; ``bad`` bool[n] marks them."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.bad: Bool = np.zeros(rows.table.num_rows, bool)
        self.rejects: list[Reject] = list(rows.rejects)

    def add(self, where: Bool, field: str, reason: Reason | Callable[[str], Reason], shown: pa.Array = None) -> None:
        """Refuses the rows ``where``; ``shown`` has the value that each reason quotes."""
        for row in np.flatnonzero(where & ~self.bad).tolist():
            value = "" if shown is None or not shown[row].is_valid else str(shown[row].as_py())[:200]
            said = reason(value=value) if isinstance(reason, Reason) else reason(value)
            self.rejects.append(self.rows.reject(row, field, said))
        self.bad |= where
