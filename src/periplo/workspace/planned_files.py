"""Imported events held against the tracking plan, as live ones are: counted, or kept back with their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.collect.plan.settings import Mode
from periplo.intake import IntakeBatch, Reason, Refusing
from periplo.language.formats import minor_digits
from periplo.workspace.planning import COUNTED
from periplo.workspace.stores import Stores

_NAMED = ("event", "type", "original_name", "source")
_TOLD = ("order_id", "cart_id", "product_id", "category", "quantity", "coupon", "query", "currency")
"""What a mapping puts into columns that the plan has among the properties."""

_SAID = (*_TOLD, "revenue_minor", "properties")
_encode = msgspec.json.encode


class FilePlan:
    """``counts``: what was not as planned, by source, what and where, as live messages are counted."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._how = stores, stores.settings.plan
        self.counts: Counter[tuple[str, str, str]] = Counter()

    @property
    def looks(self) -> bool:
        """Whether some source is held against the plan."""
        return self._how.uses("warn") or self._how.uses("quarantine")

    def hold(self, batch: IntakeBatch) -> IntakeBatch:
        """The batch without what the mode of its source keeps back, which is among the refused rows then."""
        if not self.looks or not batch.events.num_rows:
            return batch
        why: dict[int, Refusing] = {}
        for place, source, mode in self._planned(batch.events):
            found = self._stores.plan.look(_message(batch, place), "track")
            if found is None:
                continue
            self.counts[source, COUNTED + found.rule.name, f"{found.event}: {found.path}"] += 1
            if mode == "quarantine":
                reason = Reason(found.rule.reason, dict(found.values))
                why[place] = Refusing(found.path, reason, found.rule.name)
        return batch.refusing(why) if why else batch

    def _planned(self, events: pa.RecordBatch) -> Iterator[tuple[int, str, Mode]]:
        """The places of the events that the plan names and whose source is held against it. Names are few: events that
        no plan names cost nothing."""
        names = pa.array(self._stores.plan.schemas, pa.string())
        there = pc.and_(pc.is_in(events["event"], names), pc.equal(events["type"], "track"))
        for place in np.flatnonzero(there.to_numpy(zero_copy_only=False)).tolist():
            source = events["source"][place].as_py()
            if (mode := self._how.of(source)) != "off":
                yield place, source, mode


def _message(batch: IntakeBatch, place: int) -> bytes:
    """The event as the message that it is, or would be."""
    if batch.message:
        return batch.message(place)
    row = {name: batch.events[name][place].as_py() for name in (*_NAMED, *_SAID)}
    said: dict[str, Any] = {name: row[name] for name in _TOLD if row[name] is not None}
    if row["revenue_minor"] is not None:
        said["revenue"] = row["revenue_minor"] / 10 ** minor_digits(row["currency"] or "EUR")
    said |= msgspec.json.decode(row["properties"] or "{}")
    return _encode({"type": "track", "event": row["original_name"] or row["event"], "properties": said})
