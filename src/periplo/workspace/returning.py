"""What was erased does not come back with an old file: its events are known by the hashes that erasures left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.events import normalise
from periplo.events.clocks import UNDATED
from periplo.events.schema import IDENTIFIERS
from periplo.identity import order_keys
from periplo.journeys.columns import I64, Bool
from periplo.vocabulary.vectors import encode
from periplo.workspace.stores import Stores

if TYPE_CHECKING:
    from periplo.intake import IntakeBatch

_WORDS = re.compile(r"[^\s\"',;<>{}\[\]()]+")
_PHONES = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_NEVER = np.iinfo(np.int64).min


class Returning:
    """Looks for events of people who were erased after these happened. What comes later is a new acquaintance."""

    def __init__(self, stores: Stores, stones: Mapping[str, datetime] | None = None) -> None:
        """``stones``: other tombstones than those of the erasures that were done, by their hashes."""
        wanted = stores.settings.privacy.refuse_erased
        self._stones = (stores.erasures.tombstones() if wanted else {}) if stones is None else stones
        self._country = stores.settings.country
        self._hash = lru_cache(1 << 16)(stores.erasures.hash)

    def without(self, batch: IntakeBatch) -> tuple[IntakeBatch, int]:
        """The batch without them, also among its refused rows, and how many raw rows are left out."""
        if not self._stones:
            return batch, 0
        old, rejects = self.old(batch.events), [one for one in batch.rejects if not self.names_one(one.raw)]
        gone = int(batch.rows_of_event[old].sum()) + len(batch.rejects) - len(rejects)
        return replace(batch.only(~old).having_read(gone), rejects=rejects), gone

    def names_one(self, raw: str) -> bool:
        """Whether a refused row names somebody who was erased: a word in it was an identifier of theirs."""
        words, phones = set(_WORDS.findall(raw)), set(_PHONES.findall(raw))
        found = {(kind, word) for word in words for kind in IDENTIFIERS}
        found |= {("email", word.lower()) for word in words if "@" in word}
        found |= {("phone", normalise("phone", phone, self._country) or "") for phone in phones}
        return any(self._hash(kind, word) in self._stones for kind, word in found)

    def old(self, events: pa.RecordBatch) -> Bool:
        """bool[m], the events of somebody who was erased after they happened, or of whom nobody knows when it was."""
        ended = np.full(events.num_rows, _NEVER)
        for kind in IDENTIFIERS:
            ended = np.maximum(ended, self._ended(kind, events[kind]))
        ended = np.maximum(ended, self._ended("order", order_keys(events["order_id"], events["source"])))
        when = events["occurred_at"].cast(pa.int64()).to_numpy()
        undated = pc.fill_null(pc.equal(events["clock_flag"], UNDATED), False).to_numpy(zero_copy_only=False)
        found: Bool = (when <= ended) | (undated & (ended > _NEVER))
        return found

    def _ended(self, kind: str, column: Any) -> I64:
        """int64[m], when the person with each identifier was erased, in microseconds."""
        codes, values = encode(column)
        of_value = [_us(self._stones.get(self._hash(kind, value))) for value in values]
        return np.array([*of_value, _NEVER], np.int64)[codes]


def _us(when: datetime | None) -> int:
    return _NEVER if when is None else int(when.timestamp() * 1_000_000)
