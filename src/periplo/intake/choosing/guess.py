"""A mapping proposed for a file that no preset knows, by the names of its columns and by their values."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from periplo.errors import MissingColumn
from periplo.intake.cells.amounts import SignEvidence, read_amounts
from periplo.intake.cells.texts import text
from periplo.intake.cells.times import Evidence, is_typed
from periplo.intake.mappings.mapping import FIELDS, Lines, Mapping, Names, Property, Source, Time, Value
from periplo.intake.mappings.synonyms import bare, synonyms
from periplo.intake.model import Rows
from periplo.privacy import state_of

_SAMPLE = 2000
_EMAIL = r"^[^\s@]+@[^\s@]+\.[^\s@]+$"
_PHONE = r"^'?\+?[\d\s().-]{7,20}$"
_CONSENT = "consent "
_LINE_FIELDS = frozenset({"product_id", "price", "amount", "quantity"})


_EVENTS = {
    "query": "Products Searched",
    "page": "Page Viewed",
    "revenue": "Order Completed",
    "amount": "Order Completed",
}
"""What rows are that name no event and no order, by the first of these that they have."""


class Found(NamedTuple):
    """The column for a field, and how sure that is (0 to 1)."""

    column: str
    sure: float


class Guess(NamedTuple):
    """A proposed mapping, and how sure each of its columns is."""

    mapping: Mapping
    sure: dict[str, float]


def guess(rows: Rows) -> Guess:
    """A mapping for a file, from its first rows. Raises ``MissingColumn`` where times or events are missing."""
    sample = rows.table.slice(0, _SAMPLE)
    found = _assign(sample)
    names = list(sample.schema.names)
    if "time" not in found:
        raise _cannot(rows.file, names, "time")
    event = _event(found, rows.file, names)
    orders = "order_id" in found and "event" not in found
    lines = _lines(found) if orders else None
    used = {place.column for place in found.values()}
    rest = {name: _property(sample.column(name), name) for name in names if name not in used and name}
    mapping = Mapping(
        name=_name_of(names, "events" if "event" in found else "order-lines" if lines else event),
        currency=found["currency"].column if "currency" in found else None,
        event=Value(column=found["event"].column) if "event" in found else event,
        time=Time(column=found["time"].column),
        id=found["order_id"].column if orders and not lines else None,
        fields=_fields(found, lines is not None),
        consent={name.removeprefix(_CONSENT): one.column for name, one in found.items() if name.startswith(_CONSENT)},
        properties={**_kept(found, lines is not None), **rest},
        lines=lines,
    )
    return Guess(mapping, {place.column: place.sure for place in found.values()} | dict.fromkeys(rest, 1.0))


def _assign(sample: pa.RecordBatch) -> dict[str, Found]:
    """The best column for each field; a column serves one field."""
    scores = sorted(
        (
            (_sure(sample.column(place), name, field), -order, -place, field, name)
            for field, known in synonyms().items()
            for place, name in enumerate(sample.schema.names)
            for order in [known.index(bare(name)) if bare(name) in known else len(known)]
        ),
        reverse=True,
    )
    found: dict[str, Found] = {}
    taken: set[str] = set()
    for sure, _, _, field, name in scores:
        if sure >= 0.4 and field not in found and name not in taken:
            found[field] = Found(name, round(sure, 2))
            taken.add(name)
    return found


def _sure(column: pa.Array, name: str, field: str) -> float:
    """How sure it is that a column is this field: 0.7 for the name, 0.3 for the values, which must not contradict."""
    values = _share(column, field)
    if values < 0.5:
        return 0.0
    by_name = _name_fits(bare(name), synonyms()[field])
    if field in ("time", "email") and values > 0.9 and not by_name:
        return 0.45
    return by_name * (0.7 + 0.3 * values)


def _name_fits(name: str, known: list[str]) -> float:
    if name in known:
        return 1.0
    return 0.6 if any(len(word) > 4 and (name.startswith(word) or name.endswith(word)) for word in known) else 0.0


def _test_of(field: str) -> Callable[[pa.Array], float] | None:
    return _consents if field.startswith(_CONSENT) else _TESTS.get(field)


def _share(column: pa.Array, field: str) -> float:
    """Share of the values that can be this field."""
    test = _test_of(field)
    return 1.0 if test is None or column.null_count == len(column) else test(column)


def _times(column: pa.Array) -> float:
    if is_typed(column.type):
        return float(pa.types.is_temporal(column.type))
    evidence = Evidence()
    evidence.see(column)
    return 0.0 if evidence.way("ES") == "epoch" and not _long_numbers(column) else evidence.trust


def _long_numbers(column: pa.Array) -> bool:
    """Whether numbers have the length of a time in seconds, milli- or microseconds since 1970."""
    lengths = set(pc.utf8_length(pc.unique(text(column)).drop_null()).to_pylist())
    return (bool(lengths) and lengths <= {10}) or lengths <= {13} or lengths <= {16}


def _numbers(column: pa.Array) -> float:
    evidence = SignEvidence()
    evidence.see(column)
    if pa.types.is_temporal(column.type) or pa.types.is_boolean(column.type):
        return 0.0
    read = read_amounts(column, evidence.style("ES"))
    return float(1 - read.bad.sum() / max(1, read.there.sum()))


def _matching(pattern: str) -> Callable[[pa.Array], float]:
    def share(column: pa.Array) -> float:
        values = text(column).drop_null()
        return float(pc.mean(pc.match_substring_regex(values, pattern)).as_py() or 0) if len(values) else 0.0

    return share


def _words(column: pa.Array) -> float:
    """Few different values, that are no numbers: the names of events, channels, devices."""
    values = pc.unique(text(column)).drop_null()
    return float(len(values) <= 200 and not _numbers(values) > 0.5)


def _consents(column: pa.Array) -> float:
    """Whether all values say of consent whether it was given."""
    return float(all(state_of(value) for value in pc.unique(text(column)).drop_null().to_pylist()))


_TESTS: dict[str, Callable[[pa.Array], float]] = {
    "time": _times,
    "email": _matching(_EMAIL),
    "phone": _matching(_PHONE),
    **dict.fromkeys(("revenue", "amount", "price", "quantity"), _numbers),
    **dict.fromkeys(("event", "channel", "device"), _words),
    "currency": _matching(r"^([A-Za-z]{3}|[€$£¥])$"),
}


def _event(found: dict[str, Found], file: Path, names: list[str]) -> str:
    if "event" in found or "order_id" in found:
        return "Order Completed"
    for field, event in _EVENTS.items():
        if field in found:
            return event
    raise _cannot(file, names, "event")


def _lines(found: dict[str, Found]) -> Lines | None:
    """Several rows per order, where there are columns of single products."""
    if not _LINE_FIELDS & found.keys():
        return None
    given = {field: found[field].column for field in found}
    products: dict[str, Source] = {
        field: given[field] for field in ("product_id", "name", "category", "brand") if field in given
    }
    return Lines(
        order=given["order_id"],
        price=given.get("price"),
        amount=given.get("amount"),
        quantity=given.get("quantity"),
        products=products,
    )


def _fields(found: dict[str, Found], lines: bool) -> dict[str, Source]:
    in_lines = {"order_id", "product_id", "category", "quantity"} if lines else set()
    fields: dict[str, Source] = {
        field: found[field].column for field in FIELDS if field in found and field not in in_lines
    }
    money = "amount" if "amount" in found else "price"
    if "revenue" not in fields and not lines and money in found:
        fields["revenue"] = Value(column=found[money].column, only=["Order Completed"])
    return fields


def _kept(found: dict[str, Found], lines: bool) -> dict[str, Names | Property]:
    """Columns with a meaning that no field of an event has."""
    kept: dict[str, Names | Property] = {"session_id": found["session_id"].column} if "session_id" in found else {}
    if not lines:
        kept |= {field: found[field].column for field in ("name", "brand") if field in found}
        if "price" in found:
            kept["price"] = Property(column=found["price"].column, kind="money")
    return kept


def _property(column: pa.Array, name: str) -> Names | Property:
    ids = name.lower().endswith(("id", "code", "codigo", "código", "zip", "cp"))
    number = (
        not ids
        and column.null_count < len(column)
        and text(column).null_count < len(column)
        and _numbers(column) == 1.0
    )
    return Property(column=name, kind="number") if number else name


def _name_of(columns: list[str], kind: str) -> str:
    """The same for all files with the same columns: their events have the same source, however the file is called."""
    mark = blake2b("\x1f".join(sorted(columns)).encode(), digest_size=3).hexdigest()
    return f"{kind.lower().replace(' ', '-')}-{mark}"


def _cannot(file: Path, columns: list[str], what: str) -> MissingColumn:
    return MissingColumn(
        "In {file} no column with times was found."
        if what == "time"
        else "In {file} no column says what happened, and none has order numbers.",
        why="It has: {columns}.",
        fix="Say in a mapping file which column it is, and give it with --map.",
        file=file.name,
        columns=", ".join(columns[:30]),
    )
