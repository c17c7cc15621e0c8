"""A mapping: which column of a file means what. Presets are mappings too; ``mapping.schema.json`` is published.

A value is taken from a column (``user_id: CustomerID``), from the first filled one of several (``[Phone, Billing
Phone]``), is constant (``{constant: web}``), or goes through a table of values (``{column: type, values: {view:
Product Viewed}}``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

Names = str | list[str]
DecimalStyle = Literal["auto", "point", "comma"]

FIELDS = (
    *("user_id", "loyalty_card", "email", "phone", "anonymous_id"),
    *("order_id", "cart_id", "ticket_id", "channel", "revenue", "product_id", "category", "quantity", "coupon"),
    *("query", "page", "title", "referrer", "campaign", "medium", "utm_source", "device", "country"),
)
"""Names that ``fields`` may use. ``revenue`` is in the currency's major units."""


class Base(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Common ground of all parts: a word that is not known is an error."""


class Value(Base, frozen=True):
    """Where one value comes from.

    ``column``     a column, or several: per row the first one that has a value
    ``constant``   the same for every row
    ``values``     what each value of the column means (case does not count); null takes the value away
    ``otherwise``  what no value means, and one outside ``values`` where there are some; left out, it stays as it is
    ``only``       events (canonical names) that have this value
    ``minor``      the column is already in minor units (cents)
    """

    column: Names | None = None
    constant: str | None = None
    values: dict[str, str | None] = {}
    otherwise: str | None = None
    only: list[str] = []
    minor: bool = False


Source = Names | Value


class Time(Base, frozen=True):
    """When an event happened. ``format`` is a way to write times, or a pattern of strptime; told from the values when
    left out. ``zone`` is that of times without one. ``file``: the age of the file, for tables without times.
    """

    column: Names | None = None
    format: str = ""
    zone: str = ""
    constant: str | None = None
    file: bool = False


class Condition(Base, frozen=True):
    """Whether an event is made: the column has a value, one of ``among``, or an amount above zero (``positive``)."""

    column: Names
    among: list[str] = []
    positive: bool = False
    empty: bool = False


class Property(Base, frozen=True):
    """A column kept among the properties. ``kind``: text, number, or money (kept as ``name_minor``)."""

    column: Names
    kind: Literal["text", "number", "money"] = "text"


class Lookup(Base, frozen=True):
    """Columns added from a small table beside the file, such as a campaign's dates by its number.

    ``file`` is the beginning of its name, ``on`` the column both have.
    """

    file: str
    on: str
    required: bool = False


class Lines(Base, frozen=True):
    """Rows that are the lines of orders: all lines of one order become one event.

    ``price`` is of one piece, ``amount`` of the whole line. ``products`` are kept for each line. ``sums`` are amounts
    added up over the order and kept among its properties as ``name_minor``. An order whose number begins with
    ``cancelled_prefix`` is an Order Cancelled with the amount given back. With ``negative_orders``, an order without
    any positive quantity is an Order Refunded, or a Stock Adjusted where it belongs to no customer.
    """

    order: Source
    price: Source | None = None
    amount: Source | None = None
    quantity: Source | None = None
    products: dict[str, Source] = {}
    sums: dict[str, Source] = {}
    cancelled_prefix: str = ""
    negative_orders: bool = False


class More(Base, frozen=True):
    """A further event of the same row or order, where ``when`` holds; what it does not say is as in the first."""

    event: str
    when: list[Condition]
    time: Names | Time | None = None
    fields: dict[str, Source] = {}


class Mapping(Base, frozen=True):
    """One kind of file.

    ``name``       what it is called; the name of the file when left out
    ``signature``  columns by which such a file is recognised; each may be a list of names for the same
    ``id``         a column that is unique per event; left out, equal rows are one event (and lines go by their order)
    ``consent``    by ``purpose`` or ``purpose.channel`` the column that says whether the row's person agreed, and under
                   ``text_version`` to which wording
    ``properties`` columns to keep: a list, new names for columns, or ``all`` those not used otherwise
    ``skip``       true for a table that is only looked up by others
    """

    name: str = ""
    source: str = ""
    signature: list[Names] = []
    skip: bool = False
    currency: Source | None = None
    decimal: DecimalStyle = "auto"
    time_zone: str = ""
    type: Literal["track", "page", "screen", "identify"] = "track"
    event: str | Value = ""
    time: Names | Time | None = None
    id: Source | None = None
    fields: dict[str, Source] = {}
    consent: dict[str, Source] = {}
    properties: Literal["all"] | list[str] | dict[str, Names | Property] = field(default_factory=list)
    lines: Lines | None = None
    also: list[More] = []
    lookups: list[Lookup] = []

    @property
    def sent_by(self) -> str:
        """The source its events carry: the preset's name."""
        return self.source or self.name.partition(".")[0]

    @property
    def undated(self) -> bool:
        """Whether its rows have no time of their own."""
        return isinstance(self.time, Time) and (self.time.file or self.time.constant is not None)


def value(source: Source) -> Value:
    """The long form of a value."""
    return source if isinstance(source, Value) else Value(column=source)


def names(columns: Names | None) -> list[str]:
    """Column names as a list."""
    return [] if columns is None else [columns] if isinstance(columns, str) else columns


def time_of(time: Names | Time | None) -> Time:
    """The long form of a time."""
    return time if isinstance(time, Time) else Time(column=time)


def times_of(mapping: Mapping) -> list[Time]:
    """All times of a mapping that come from a column."""
    given = [mapping.time, *(more.time for more in mapping.also)]
    return [time for time in map(time_of, given) if time.column]


def sources(mapping: Mapping) -> Iterator[tuple[str, Value]]:
    """Everything that takes a value from a column, with the name of what it is for."""
    if isinstance(mapping.event, Value):
        yield "event", mapping.event
    if mapping.id:
        yield "id", value(mapping.id)
    if mapping.currency:
        yield "currency", value(mapping.currency)
    yield from ((name, value(given)) for name, given in mapping.fields.items())
    yield from ((f"consent {name}", value(given)) for name, given in mapping.consent.items())
    if mapping.lines:
        yield from _of_lines(mapping.lines)
    for more in mapping.also:
        yield from ((f"{more.event}: {name}", value(given)) for name, given in more.fields.items())


def _of_lines(lines: Lines) -> Iterator[tuple[str, Value]]:
    yield "order_id", value(lines.order)
    for name in ("price", "amount", "quantity"):
        if given := getattr(lines, name):
            yield name, value(given)
    for kind in (lines.products, lines.sums):
        yield from ((name, value(given)) for name, given in kind.items())


def kept_columns(mapping: Mapping, columns: list[str]) -> dict[str, Property]:
    """The columns kept as properties, by the names they are kept under; ``columns``: all the files have."""
    given = mapping.properties
    if isinstance(given, dict):
        return {name: kept if isinstance(kept, Property) else Property(column=kept) for name, kept in given.items()}
    if given == "all":
        used = used_columns(mapping)
        given = [name for name in columns if name not in used]
    return {name: Property(column=name) for name in given}


def used_columns(mapping: Mapping) -> set[str]:
    """All columns that a mapping names, except those it only keeps."""
    used = {name for _, value in sources(mapping) for name in names(value.column)}
    used |= {name for more in mapping.also for when in more.when for name in names(when.column)}
    return used | {name for time in times_of(mapping) for name in names(time.column)}
