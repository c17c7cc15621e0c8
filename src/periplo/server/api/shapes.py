"""What the routes answer, as OpenAPI shows it. Money is in minor units of its currency, times are in seconds."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, Literal, cast, get_type_hints

import msgspec

from periplo.access import Entry
from periplo.analysis import Evidence, Result
from periplo.analysis.listing import ListedCustomer
from periplo.analysis.stages_result import StageNumbers
from periplo.identity import Alarm, Decision, Link, Suggestion
from periplo.maps import MapReading
from periplo.privacy import Erased
from periplo.profiles import Profile
from periplo.workspace import Change, Foreseen, Found, Likeness, SourceReport


class Shape(msgspec.Struct, kw_only=True):
    pass


class Asked(Shape, kw_only=True):
    """The filters that were used, presets resolved to days."""

    period: str
    since: date | None
    until: date | None
    segment: str | None
    channel: str | None
    where: str | None
    map: str | None


class Named(Shape, kw_only=True):
    """A name to use in addresses, and its label in the reader's language."""

    id: str
    label: str


class SourcesAnswer(Shape, kw_only=True):
    """Every source with its volume, lateness (seconds), errors by rule, violations of the plan and unknown names.

    ``log_since``: when the oldest event came in that the log still has as it was received."""

    version: str
    sources: list[SourceReport]
    log_since: datetime | None


class RefusedRow(Shape, kw_only=True):
    """A row of a file, or a live message (`source` and its number in the request), that could not become an event.

    `path` is the column, or the place in the message; `raw` is how it came, `mended` how it should be.
    """

    id: str
    source: str
    line: int
    stage: str
    rule: str
    path: str
    reason: str
    raw: str
    mended: str | None
    refused_at: datetime
    mended_at: datetime | None
    replayed_at: datetime | None


class QuarantineAnswer(Shape, kw_only=True):
    """A page of what waits."""

    total: int
    offset: int
    rows: list[RefusedRow]


class RefusedAnswer(Shape, kw_only=True):
    row: RefusedRow


class MendWanted(Shape, kw_only=True, forbid_unknown_fields=True):
    """Values by their place (`properties.products.0.price`, or a column; null takes one away), or the whole `text`."""

    changes: dict[str, Any] | None = None
    text: str | None = None


class ReplayWanted(Shape, kw_only=True, forbid_unknown_fields=True):
    """`ids`: only these; all that wait without it."""

    ids: list[str] | None = None


class DiscardWanted(Shape, kw_only=True, forbid_unknown_fields=True):
    ids: list[str]


class DiscardedAnswer(Shape, kw_only=True):
    """How many are forgotten."""

    discarded: int


class ReplayedAnswer(Shape, kw_only=True):
    """How many were read, went in, were there already, and were refused again."""

    read: int
    accepted: int
    duplicates: int
    rejected: int


class ShopAnswer(Shape, kw_only=True):
    """The shop, and what its filters can be. `since` and `until`: days of the first and last event, if any."""

    name: str
    currency: str | None
    time_zone: str
    simulated: bool
    version: str
    release: str
    customers: int
    events: int
    since: date | None
    until: date | None
    periods: list[str]
    channels: list[Named]
    segments: list[Named]
    maps: list[str]


class Answer(Shape, kw_only=True):
    """`version`: of the shop's data; it changes when they do."""

    version: str
    filters: Asked


class MapAnswer(Answer, kw_only=True):
    """The map as plain data. Each number's `ref` opens the customers behind it: `/api/v1/customers?ref=…`."""

    map: MapReading


class ResultAnswer(Answer, kw_only=True):
    """`definition`: how it was computed, in words; `evidence`: on what it rests."""

    definition: str
    evidence: Evidence


class StagesAnswer(ResultAnswer, kw_only=True):
    """entered = went_on + dropped + still_open, in every stage."""

    stages: list[StageNumbers]
    patience_s: float


@cache
def answer_of(result: type[Result]) -> type[ResultAnswer]:
    """The shape of the answer that carries a result: all its fields, the definition told in words."""
    hints = get_type_hints(result, include_extras=True)
    fields = [(name, hints[name]) for name in result.__struct_fields__ if name not in ("definition", "evidence")]
    made = msgspec.defstruct(f"{result.__name__}Answer", fields, bases=(ResultAnswer,), kw_only=True)
    made.__doc__ = result.__doc__
    return cast(type[ResultAnswer], made)


class CustomersAnswer(Answer, kw_only=True):
    """The customers behind a number, or all. `total` of them, from `offset` on."""

    title: str
    total: int
    offset: int
    customers: list[ListedCustomer]


class Happened(Shape, kw_only=True):
    """One event of a journey. `stage`: of the shop's map; `properties`: the rest of what was sent."""

    at: datetime
    event: str
    label: str
    channel: str
    stage: str | None
    fields: dict[str, str | int]


class CustomerAnswer(Shape, kw_only=True):
    """One customer with the journey, oldest first: `total` events, from `offset` on."""

    version: str
    profile: Profile
    total: int
    offset: int
    events: list[Happened]


class LinksAnswer(Shape, kw_only=True):
    """Why a customer's identifiers are one, oldest link first."""

    version: str
    links: list[Link]


class ExplainAnswer(Shape, kw_only=True):
    """Whether two identifiers are one customer, and the shortest chain of links between them."""

    version: str
    one_customer: bool
    links: list[Link]


class SuggestionsAnswer(Shape, kw_only=True):
    """Pairs that were not joined, oldest first: `total` in all, from `offset` on."""

    version: str
    total: int
    offset: int
    suggestions: list[Suggestion]


class AlikeAnswer(Shape, kw_only=True):
    """Customers who look alike, the likeliest first: `total` pairs in all."""

    version: str
    total: int
    alike: list[Likeness]


class AlarmsAnswer(Shape, kw_only=True):
    """Customers who may be several people."""

    version: str
    alarms: list[Alarm]


class DecisionsAnswer(Shape, kw_only=True):
    """What was decided, in order. `seq` is the number by which a decision is undone."""

    version: str
    decisions: list[Decision]


class Wanted(Shape, kw_only=True, forbid_unknown_fields=True):
    """A decision: `one` and `other` are identifiers (a value, or kind:value); `undoes` the number of a decision."""

    what: Literal["merge", "unmerge", "block", "accept", "dismiss", "undo"]
    one: str | None = None
    other: str | None = None
    undoes: int = 0
    why: str = ""
    preview: bool = False


class Decided(Shape, kw_only=True):
    """The decision that was taken, none for a preview; and the customers it touches, before and after."""

    version: str
    decision: Decision | None
    change: Change


class FoundAnswer(Shape, kw_only=True):
    """The customers whom a text may mean, the best first, and the text by which each was found."""

    version: str
    found: list[Found]


class ForeseenAnswer(Shape, kw_only=True):
    """What erasing a customer would take away."""

    version: str
    foreseen: Foreseen


class ErasureWanted(Shape, kw_only=True, forbid_unknown_fields=True):
    """`erase`: the number of the customer, once more."""

    erase: int


class ErasedAnswer(Shape, kw_only=True):
    """What was erased: how much; of whom a keyed hash."""

    version: str
    erased: Erased


class ErasuresAnswer(Shape, kw_only=True):
    """All erasures, in order."""

    version: str
    erasures: list[Erased]


class AuditAnswer(Shape, kw_only=True):
    """A part of the audit log, the newest line first; `total` lines in all."""

    total: int
    entries: list[Entry]


class ErrorBody(Shape, kw_only=True):
    """What happened, why, and what to do, in the reader's language. `code` does not change."""

    code: str
    what: str
    why: str
    fix: str


class ErrorAnswer(Shape, kw_only=True):
    """The shape of every error."""

    error: ErrorBody
