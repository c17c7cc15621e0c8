"""A batch of an import with some of its events left out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from periplo.events.schema import EVENTS
from periplo.intake import IntakeBatch


def test_what_belongs_to_events_goes_with_them_whether_their_rows_are_told_or_not() -> None:
    events = pa.RecordBatch.from_pylist([{"event_id": "a"}, {"event_id": "b"}], EVENTS)
    sizes, kept = np.array([2, 1]), np.array([False, True])
    for unit, left in ((np.array([7, 8]), [8]), (np.zeros(0, np.int64), [])):
        found = IntakeBatch(events, 3, sizes, unit=unit).only(kept).having_read(2)
        assert (found.events["event_id"].to_pylist(), found.rows, found.rows_of_event.tolist()) == (["b"], 1, [1])
        assert found.unit.tolist() == left
