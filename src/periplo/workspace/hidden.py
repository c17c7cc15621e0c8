"""A shop seen without knowing who its customers are: identifiers are pseudonyms, what tells too much is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import asdict

from periplo.analysis import Journeys
from periplo.errors import UnknownName, UsageError
from periplo.events.schema import STORED
from periplo.identity import KINDS, Alarm, Decision, Link, Suggestion
from periplo.journeys.columns import I64, Coded, Column, JourneyColumns, PropertySource
from periplo.log import Quarantine
from periplo.maps import MapReading
from periplo.privacy.pseudonyms import DIRECT, Pseudonyms
from periplo.profiles import Profile
from periplo.vocabulary.vectors import map_distinct
from periplo.workspace.identities import Identities
from periplo.workspace.journeying import JourneyStore
from periplo.workspace.people import Found
from periplo.workspace.remembered import Remembered
from periplo.workspace.shop import Shop
from periplo.workspace.stores import Stores

_LEFT_OUT = ("properties", "context")
_TEXTS = ("page", "title", "query", "referrer")


class HiddenShop(Shop):
    """The same shop, its stores shared, with pseudonyms for names."""

    def __init__(self, shop: Shop) -> None:
        self.__dict__.update(shop.__dict__)
        self._pseudonyms = Pseudonyms(self._places.privacy)
        self._faces: Remembered[Journeys] = Remembered(16)
        self._readings: Remembered[MapReading] = Remembered(32)
        self._timelines: Remembered[pa.Table] = Remembered(8)
        self._named = shop

    def _seen(self) -> tuple[int, JourneyColumns]:
        settled, columns = super()._seen()
        return settled, replace(columns, properties=HiddenProperties(columns.properties, self._pseudonyms))

    def customer_names(self, numbers: I64) -> list[str]:
        names = super().customer_names(numbers)
        return [self._pseudonyms.of("customer", name) if name else "" for name in names]

    def customer_number(self, name: str) -> int:
        """By number or pseudonym alone: whoever may not know names may not try them out either."""
        if name.isdecimal():
            return super().customer_number(name)
        columns = super()._seen()[1]
        named = zip(columns.customer.tolist(), self.customer_names(columns.customer), strict=True)
        found: int | None = next((number for number, pseudonym in named if pseudonym == name), None)
        if found is None:
            raise UnknownName("customer", name, [])
        return found

    def search(self, text: str, *, most: int = 20) -> list[Found]:
        raise UsageError("Names are hidden here, and cannot be searched.", fix="Look customers up by their number.")

    def timeline(self, number: int) -> pa.Table:
        events = super().timeline(number)
        for name in (*DIRECT, *_TEXTS, *_LEFT_OUT):
            at, field = events.schema.get_field_index(name), STORED.field(name)
            column = pa.nulls(events.num_rows, field.type) if name in _LEFT_OUT else self._shown(name, events[name])
            events = events.set_column(at, field, column)
        return events

    def profile(self, number: int) -> Profile:
        known = self._named.profile(number)
        traits, of = self._pseudonyms.traits(known.traits), self._pseudonyms.of
        return msgspec.structs.replace(
            known,
            name=of("customer", known.name),
            full_name="",
            identifiers={kind: [of(kind, one) for one in some] for kind, some in known.identifiers.items()},
            traits=traits,
            trait_history={name: known.trait_history[name] for name in traits},
            consents=[self._hide(one) for one in known.consents],
            order_list=[self._hide(one) for one in known.order_list],
            carts=[self._hide(one) for one in known.carts],
            devices=[self._hide(one) for one in known.devices],
        )

    @property
    def identities(self) -> Identities:
        return HiddenIdentities(self._stores, self._journeys, self._hide)

    @property
    def hides_names(self) -> bool:
        return True

    @property
    def quarantine(self) -> Quarantine:
        from periplo.workspace.veiled import HiddenQuarantine  # reading files needs much that a question does not

        return HiddenQuarantine(self._stores.log_database, self._pseudonyms)

    def export_person(self, number: int) -> dict[str, bytes]:
        """What a person is handed is theirs: whole."""
        return self._named.export_person(number)

    def _shown(self, name: str, column: pa.ChunkedArray) -> pa.Array:
        return map_distinct(column, lambda value: self._pseudonyms.value(name, value))

    def _hide(self, told: Any) -> Any:
        """The same, with pseudonyms for the identifiers inside."""
        if isinstance(told, msgspec.Struct):
            changed = {name: self._hidden_field(name, value) for name, value in asdict(told).items()}
            return msgspec.structs.replace(told, **changed)
        if isinstance(told, tuple) and len(told) == 2 and told[0] in KINDS:
            return told[0], self._pseudonyms.of(*told)
        return type(told)(map(self._hide, told)) if isinstance(told, list | tuple) else told

    def _hidden_field(self, name: str, value: Any) -> Any:
        return self._pseudonyms.of(name, value) if name in DIRECT and value else self._hide(value)


class HiddenIdentities(Identities):
    """Who is who, told by pseudonyms."""

    def __init__(self, stores: Stores, journeys: JourneyStore, hide: Callable[[Any], Any]) -> None:
        super().__init__(stores, journeys)
        self._hide = hide

    def links(self, number: int) -> list[Link]:
        return [self._hide(one) for one in super().links(number)]

    def explain(self, one: str, other: str) -> list[Link]:
        return [self._hide(each) for each in super().explain(one, other)]

    def suggestions(self) -> list[Suggestion]:
        return [self._hide(one) for one in super().suggestions()]

    def decisions(self) -> list[Decision]:
        return [self._hide(one) for one in super().decisions()]

    def alarms(self) -> list[Alarm]:
        return [self._hide(one) for one in super().alarms()]


@dataclass(frozen=True)
class HiddenProperties:
    """Property columns in which values that lead to a person are pseudonyms."""

    source: PropertySource
    pseudonyms: Pseudonyms

    def names(self) -> tuple[str, ...]:
        return self.source.names()

    def column(self, name: str) -> Column | None:
        found = self.source.column(name)
        if isinstance(found, Coded):
            return Coded(found.codes, tuple(self.pseudonyms.value(name, value) for value in found.values))
        return None if self.pseudonyms.hides(name) else found
