"""The plain things that intake hands out: settings, progress, batches, refused rows, notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from periplo.events import EVENTS
from periplo.language import Lang, t

I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
NO_EVENTS = pa.RecordBatch.from_arrays([pa.nulls(0, one.type) for one in EVENTS], schema=EVENTS)


class IntakeSettings(msgspec.Struct, frozen=True):
    """What a file does not say itself: the shop's currency (ISO 4217), time zone (IANA) and country (ISO 3166).

    ``scratch`` is the folder for temporary files of large imports; the system's own when left out. ``whole_lines``:
    lines of orders are kept as they were until their order is made, so that it can still be refused.
    """

    currency: str = "EUR"
    time_zone: str = "UTC"
    country: str = "ES"
    scratch: Path | None = None
    whole_lines: bool = False


class Progress(msgspec.Struct, frozen=True):
    """How far an import is. Bytes are those on disk, compressed where the file is."""

    bytes_done: int
    bytes_total: int
    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        """Rows per second."""
        return self.rows / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds still needed at the speed so far; None while nothing is known."""
        if not self.bytes_done or not self.bytes_total:
            return None
        return max(0.0, self.seconds * (self.bytes_total - self.bytes_done) / self.bytes_done)


class Note(msgspec.Struct, frozen=True):
    """Something the reader should know about a file that is not one row's fault."""

    text: str
    values: dict[str, Any] = {}

    def __call__(self, **values: Any) -> Note:
        """The same note with its values."""
        return Note(self.text, self.values | values)

    def tell(self, lang: Lang) -> str:
        return t(self.text, lang, **self.values)


class Reason(msgspec.Struct, frozen=True):
    """Why a row is refused: an English template with what to do, and the values that fill it."""

    text: str
    values: dict[str, Any] = {}

    def __call__(self, **values: Any) -> Reason:
        """The same reason with (more of) its values."""
        return Reason(self.text, self.values | values)


class Reject(msgspec.Struct, frozen=True):
    """A refused row, whole. ``header`` is the header line of a text table, so that the row can be read again.

    ``line`` is the 1-based line of a text file, or row of a Parquet file.
    ``reject_id`` is the same whenever the same row of the same file is refused again. ``rule``: which of the tracking
    plan it broke; empty where it is no event.
    """

    file: str
    line: int
    field: str
    reason: str
    values: dict[str, Any]
    raw: str
    header: str
    reject_id: str
    rule: str = ""

    def tell(self, lang: Lang) -> str:
        return t(self.reason, lang, **self.values)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a file as columns: text as it stands in the file, or typed where the file has types.

    ``lines`` int64[n] 1-based place of each row; ``raw`` gives a row as it was; ``read`` counts the rows read,
    with those refused already because they could not be split into fields. The last ``added`` columns are not the
    file's own, but were looked up.
    """

    file: Path
    table: pa.RecordBatch
    lines: I64
    raw: Callable[[int], str]
    header: str = ""
    rejects: Sequence[Reject] = ()
    added: int = 0

    @property
    def own(self) -> pa.RecordBatch:
        """The columns of the file itself."""
        return self.table.select(range(self.table.num_columns - self.added))

    @property
    def read(self) -> int:
        return int(self.table.num_rows) + len(self.rejects)

    def places(self, rows: I64) -> Places:
        """Where rows (0-based, of these) stand."""
        return Places.of(self.file, self.lines[rows])

    def origins(self, row: int) -> tuple[Origin]:
        """Row ``row`` (0-based) of these, as it was."""
        return (Origin(self.file, int(self.lines[row]), self.raw(row), self.header),)

    def reject(self, row: int, field: str, reason: Reason) -> Reject:
        """Row ``row`` (0-based) of these, refused because of ``field``."""
        return refuse(self.file, int(self.lines[row]), field, reason, self.raw(row), self.header)


@dataclass(frozen=True, slots=True)
class OfLines:
    """How events were made of lines of orders.

    ``lines`` list<int64>[n] the lines of the file that each event took in, none for a further event of an order;
    ``sums`` the properties that were added up; ``own_total``: an order may tell its total itself.
    """

    lines: pa.ListArray
    sums: tuple[str, ...]
    own_total: bool


class Origin(NamedTuple):
    """A row of a file that an event was made of."""

    file: Path
    line: int
    raw: str
    header: str


def shown_name(file: Path) -> str:
    """The name of a file as text: on some disks it is no Unicode."""
    return file.name.encode("utf-8", "replace").decode()


class Places(NamedTuple):
    """``files`` string[n] by their names, ``lines`` int64[n]."""

    files: pa.Array
    lines: pa.Array

    @classmethod
    def of(cls, file: Path, lines: I64) -> Places:
        """Lines of one file."""
        return cls(pa.repeat(shown_name(file), len(lines)), pa.array(lines))


NO_PLACES = Places(pa.nulls(0, pa.string()), pa.nulls(0, pa.int64()))


class Refusing(NamedTuple):
    """Why an event is refused that could be made: the rule that says so, in one word."""

    field: str
    reason: Reason
    rule: str


@dataclass(frozen=True, slots=True)
class IntakeBatch:
    """Events ready to be kept, and what was refused on the way.

    ``events`` has the schema ``EVENTS``; ``rows`` counts raw rows read; ``rows_of_event`` int64[n] says how many of
    them each event took in (0 for a second event made of the same row). Over a whole intake
    ``sum(rows) == sum(rows_of_event) + number of rejects``. ``of_lines``: where rows are the lines of orders.

    ``unit`` int64[n], or empty where it is not told, says which of the rows, or orders, each event was made of;
    ``origins`` gives the rows of one, ``places`` the files and first lines of several, and ``message`` the Segment
    message that an event is, where it is one.
    """

    events: pa.RecordBatch
    rows: int
    rows_of_event: I64
    rejects: list[Reject] = field(default_factory=list)
    of_lines: OfLines | None = None
    unit: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    origins: Callable[[int], Sequence[Origin]] = field(default=lambda _: ())
    places: Callable[[I64], Places] = field(default=lambda _: NO_PLACES)
    message: Callable[[int], bytes] | None = None

    def refusing(self, why: Mapping[int, Refusing]) -> IntakeBatch:
        """The batch without some events (by their place) and all others of the same rows, which are refused."""
        units = {int(self.unit[place]): one for place, one in reversed(list(why.items()))}
        kept = ~np.isin(self.unit, list(units))
        more = [
            refuse(row.file, row.line, one.field, one.reason, row.raw, row.header, one.rule)
            for unit, one in units.items()
            for row in self.origins(unit)
        ]
        return replace(self.only(kept), rejects=[*self.rejects, *more])

    def with_events(self, events: pa.RecordBatch) -> IntakeBatch:
        """The batch with its events written otherwise; they are no messages any more."""
        return replace(self, events=events, message=None)

    def having_read(self, less: int) -> IntakeBatch:
        """The batch as if it had read so many rows less."""
        return replace(self, rows=self.rows - less)

    def only(self, kept: Bool) -> IntakeBatch:
        """The batch with some of its events; all its rows count still."""
        mask, lines, places = pa.array(kept), self.of_lines, np.flatnonzero(kept)
        message = self.message
        return replace(
            self,
            events=self.events.filter(mask),
            rows_of_event=self.rows_of_event[kept],
            unit=self.unit[kept] if len(self.unit) else self.unit,
            of_lines=lines and replace(lines, lines=lines.lines.filter(mask)),
            message=message and (lambda place: message(int(places[place]))),
        )


def refuse(file: Path, line: int, field: str, reason: Reason, raw: str, header: str = "", rule: str = "") -> Reject:
    """A refused row with its deterministic id: the file's name, the line and the row itself."""
    key = f"{file.name}\0{line}\0{raw}".encode("utf-8", "surrogatepass")
    return Reject(
        file=shown_name(file),
        line=line,
        field=field,
        reason=reason.text,
        values=reason.values,
        raw=raw,
        header=header,
        reject_id=blake2b(key, digest_size=16).hexdigest(),
        rule=rule,
    )
