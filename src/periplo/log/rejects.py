"""Refused rows and messages, and how they lie in the quarantine."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Row

from periplo.events.refused import Refused
from periplo.language import Lang, t
from periplo.log.packing import pack, unpack
from periplo.log.received import Receipt

_LONE = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8."""


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A row in quarantine. ``raw`` is the row as it was, ``header`` the header line of its file.

    A live message has its source as ``file``, the place at fault as ``field``, and the ``rule`` that it broke.
    ``stage``: where it was refused: import, parse, plan, webhook, read, dedupe. ``receipt``: how a live message came.
    ``mended``: how somebody would have it instead; ``raw`` stays.
    """

    reject_id: str
    import_id: str
    file: str
    line: int
    field: str
    reason: str
    values: dict[str, Any]
    header: str
    raw: str
    rejected_at: datetime
    replayed_at: datetime | None
    stage: str = "import"
    rule: str = ""
    receipt: Receipt | None = None
    mended: str | None = None
    mended_at: datetime | None = None

    @property
    def text(self) -> str:
        """What is read when it is tried again."""
        return self.raw if self.mended is None else self.mended

    @property
    def size(self) -> int:
        """Of the row as it was, in bytes."""
        return len(self.raw.encode("utf-8", "surrogatepass")) - 2 * len(_LONE.findall(self.raw))

    def legible(self) -> Reject:
        """The same for people and programs: what is no text is shown as such."""
        mended = None if self.mended is None else _legible(self.mended)
        return replace(self, raw=_legible(self.raw), mended=mended)

    def everything(self) -> str:
        """All that it says, in one text."""
        shared = self.receipt.context if self.receipt else None
        return " ".join((self.raw, self.text, as_text(shared or b""), self.file, *map(str, self.values.values())))

    def tell(self, lang: Lang) -> str:
        """The reason in words, with what to do."""
        return t(self.reason, lang, **self.values)


class Reading(msgspec.Struct, frozen=True):
    """How an import read its files: its preset, and the text of its mapping file."""

    preset: str
    mapping: str | None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a live message cannot be kept as an event, and the whole of it.

    ``path``: the place in it, as context.page; ``index`` of the message in its request; ``reason`` an English template.
    ``receipt``: how it came.
    """

    source: str
    stage: str
    rule: str
    path: str
    reason: str
    values: dict[str, str] = {}
    index: int = 0
    raw: bytes
    receipt: Receipt | None = None

    @property
    def reject_id(self) -> str:
        """The same each time the message is refused."""
        parts = (self.source.encode(), self.stage.encode(), self.rule.encode(), self.raw)
        return blake2b(b"\0".join(parts), digest_size=16).hexdigest()

    @property
    def text(self) -> str:
        """The message; bytes that are no UTF-8 as lone surrogates."""
        return as_text(self.raw)


def _legible(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def as_text(raw: bytes) -> str:
    """Bytes as text; those that are no UTF-8 as lone surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def as_bytes(text: str) -> bytes:
    """The bytes that ``as_text`` was given."""
    return text.encode("utf-8", "surrogateescape")


def import_row(one: Refused, import_id: str) -> tuple[Any, ...]:
    place = (one.reject_id, import_id, one.file, one.line, one.field, one.reason)
    return *place, *_kept(one.values, one.header, one.raw), "import", one.rule, None, None, None


def fault_row(one: Fault) -> tuple[Any, ...]:
    place = (one.reject_id, f"live {one.source}", one.source, one.index + 1, one.path, one.reason)
    receipt = msgspec.json.encode(one.receipt) if one.receipt else None
    return *place, *_kept(one.values, "", one.text), one.stage, one.rule, receipt, None, None


def _kept(values: Mapping[str, Any], header: str, raw: str) -> tuple[Any, ...]:
    return json.dumps(values, default=str), header, packed(raw), us(datetime.now(UTC)), None


def reject_of(row: Row[Any]) -> Reject:
    return Reject(
        reject_id=row.reject_id,
        import_id=row.import_id,
        file=row.file,
        line=row.line,
        field=row.field,
        reason=row.reason,
        values=json.loads(row.reason_values),
        header=row.header,
        raw=_unpacked(row.raw),
        rejected_at=_moment(row.rejected_us),
        replayed_at=None if row.replayed_us is None else _moment(row.replayed_us),
        stage=row.stage,
        rule=row.rule,
        receipt=None if row.receipt is None else msgspec.json.decode(row.receipt, type=Receipt),
        mended=None if row.mended is None else _unpacked(row.mended),
        mended_at=None if row.mended_us is None else _moment(row.mended_us),
    )


def packed(raw: str) -> bytes:
    """A text as the quarantine keeps it."""
    return pack(raw.encode("utf-8", "surrogatepass"))


def _unpacked(body: bytes) -> str:
    return unpack(body).decode("utf-8", "surrogatepass")


def us(when: datetime) -> int:
    return int(when.timestamp() * 1_000_000)


def _moment(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1_000_000, UTC)
