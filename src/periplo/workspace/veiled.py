"""Refused rows for whoever may not know who a shop's customers are: where, why and when, not what leads to a person."""

from __future__ import annotations

import builtins
from typing import Any

import msgspec
from msgspec.structs import replace

from periplo.log import Database, Quarantine, Reject
from periplo.privacy.pseudonyms import Pseudonyms
from periplo.vocabulary.taxonomy import plain
from periplo.workspace.edits import read_json, read_table

HIDDEN = "…"

_TOLD = frozenset(
    {
        "type",
        "event",
        "channel",
        "timestamp",
        "originaltimestamp",
        "sentat",
        "receivedat",
        "currency",
        "version",
        "productid",
        "sku",
        "category",
        "brand",
        "quantity",
        "price",
        "value",
        "revenue",
        "total",
    }
)
"""Values that stay as they are. Of all others texts are hidden, and whatever a name says leads to a person."""

_SAID = ("value", "problem")
"""What a reason quotes of the row."""


class HiddenQuarantine(Quarantine):
    """The same rows, seen so. What is done to them is done to the rows themselves."""

    def __init__(self, database: Database, pseudonyms: Pseudonyms) -> None:
        super().__init__(database)
        self._pseudonyms = pseudonyms

    def list(self, **asked: Any) -> builtins.list[Reject]:
        return [self._veiled(row) for row in super().list(**asked)]

    def show(self, reject_id: str) -> Reject:
        return self._veiled(super().show(reject_id))

    def _veiled(self, row: Reject) -> Reject:
        mended = None if row.mended is None else self._text(row, row.mended)
        values = {name: HIDDEN if name in _SAID else value for name, value in row.values.items()}
        return replace(row, raw=self._text(row, row.raw), mended=mended, values=values, receipt=None)

    def _text(self, row: Reject, text: str) -> str:
        """A row's text with its values hidden; all of it where it cannot be taken apart."""
        try:
            if not row.header:
                return msgspec.json.encode(self._value("", read_json(text))).decode()
            columns, cells, by = read_table(row, text)
        except ValueError:
            return HIDDEN
        return by.join(str(self._value(name, cell)) for name, cell in zip(columns, cells, strict=False))

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {HIDDEN if "@" in key else key: self._value(key, one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._value(name, one) for one in value]
        if value is None or isinstance(value, bool) or value == "":
            return value
        called = plain(name)
        if called in _TOLD and "@" not in str(value):
            return value
        return HIDDEN if isinstance(value, str) or self._leads(called) else value

    def _leads(self, called: str) -> bool:
        return called.endswith("id") or self._pseudonyms.hides(called)
