"""The taxonomy: canonical events and their other names, channels, contacts, stages, identifier rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from periplo.language import Lang
from periplo.vocabulary.channels import ChannelTable, Clues
from periplo.vocabulary.kinds import (
    ChannelKind,
    ChannelRule,
    ContactKind,
    EventKind,
    Identifiers,
    PropertyKind,
    PurposeKind,
    StageKind,
)
from periplo.vocabulary.never import NeverIdentifiers
from periplo.vocabulary.vectors import distinct_rows, map_distinct


class Stage(NamedTuple):
    """A default stage: its id, its names, and the predicate (as data) of the events it holds."""

    id: str
    en: str
    es: str
    where: dict[str, Any]


class Taxonomy(msgspec.Struct, frozen=True, dict=True):
    """The words of a shop. ``aliases`` is family -> other name -> canonical name."""

    events: Mapping[str, EventKind]
    aliases: Mapping[str, Mapping[str, str]]
    channels: Mapping[str, ChannelKind]
    rules: tuple[ChannelRule, ...]
    contacts: Mapping[str, ContactKind]
    properties: Mapping[str, PropertyKind]
    stage_kinds: Mapping[str, StageKind]
    purposes: Mapping[str, PurposeKind]
    identifiers: Identifiers

    @cached_property
    def channel_table(self) -> ChannelTable:
        return ChannelTable(self.channels, self.rules, {name: kind.channel for name, kind in self.events.items()})

    @cached_property
    def never_identifiers(self) -> NeverIdentifiers:
        return NeverIdentifiers(self.identifiers.never)

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The default stages in order; an event belongs to the first whose predicate holds."""
        return tuple(Stage(name, kind.en, kind.es, self._where(name, kind)) for name, kind in self.stage_kinds.items())

    @cached_property
    def _by_plain_name(self) -> dict[str, str]:
        names = {plain(name): canonical for family in self.aliases.values() for name, canonical in family.items()}
        return names | {plain(name): name for name in self.events}

    def canonical(self, name: str) -> tuple[str, str | None]:
        """The canonical name, and the name as given where it differs. An unknown name is its own canonical one."""
        if name in self.events:
            return name, None
        found = self._by_plain_name.get(plain(name), name)
        return found, None if found == name else name

    def canonical_column(self, names: Any) -> tuple[pa.Array, pa.Array]:
        """``canonical`` over a text column: the canonical names, and the given ones (null where the same)."""
        given = map_distinct(names, lambda name: name)
        canonical = map_distinct(names, lambda name: self.canonical(name)[0])
        return canonical, pc.if_else(pc.equal(given, canonical), pa.scalar(None, pa.string()), given)

    @cached_property
    def _purpose_by_plain_name(self) -> dict[str, str]:
        names = {plain(alias): name for name, kind in self.purposes.items() for alias in kind.aliases}
        return names | {plain(name): name for name in self.purposes}

    @cached_property
    def consent_traits(self) -> dict[str, tuple[str, str | None]]:
        """Traits that tell consent, by their plain name: for which purpose, in which channel (None: in any)."""
        told = ((name, kind.traits) for name, kind in self.purposes.items())
        return {plain(trait): (name, channel or None) for name, traits in told for trait, channel in traits.items()}

    def purpose(self, name: str) -> str:
        """What consent is given for, by any of its names. An unknown one is its own."""
        return self._purpose_by_plain_name.get(plain(name), name)

    def contact(self, event: str) -> str:
        """The kind of contact of an event; "other" for an event we do not know."""
        return self.events[event].contact if event in self.events else "other"

    def channel_of(self, clues: Clues) -> str:
        """The channel of one event."""
        return self.channel_table.of(clues)

    def channel_column(self, rows: int, **clues: Any) -> pa.Array:
        """``channel_of`` over text columns of ``rows`` values, named as the fields of ``Clues``; a plain text holds
        for all rows."""
        if not rows:
            return pa.array([], pa.string())
        fixed = {name: value for name, value in clues.items() if isinstance(value, str)}
        columns = {
            name: self._essence(name, value) for name, value in clues.items() if name not in fixed and value is not None
        }
        group, distinct = distinct_rows([*columns.values(), pa.nulls(rows, pa.string())])
        found = [self.channel_of(Clues(**fixed, **dict(zip(columns, row, strict=False)))) for row in distinct]
        return pa.array(found, pa.string()).take(pa.array(group))

    def _essence(self, clue: str, column: Any) -> Any:
        if clue not in self.channel_table.essences:
            return column
        return map_distinct(column, self.channel_table.essences[clue])

    def event_label(self, name: str, lang: Lang) -> str:
        return self.events[name].label(lang) if name in self.events else name

    def channel_label(self, name: str, lang: Lang) -> str:
        return self.channels[name].label(lang) if name in self.channels else name

    def contact_label(self, name: str, lang: Lang) -> str:
        return _capital(self.contacts[name].label(lang)) if name in self.contacts else name

    def stage_label(self, name: str, lang: Lang) -> str:
        return self.stage_kinds[name].label(lang) if name in self.stage_kinds else name

    def property_label(self, name: str, lang: Lang) -> str:
        return self.properties[name].label(lang) if name in self.properties else name

    def purpose_label(self, name: str, lang: Lang) -> str:
        return self.purposes[name].label(lang) if name in self.purposes else name

    def touchpoint_label(self, channel: str, contact: str, lang: Lang) -> str:
        """A touchpoint in words: "Email click", "Compra en la tienda"."""
        kind = self.channels.get(channel)
        if lang == "es" and kind and kind.at:
            return f"{self.contact_label(contact, lang)} {kind.at}"
        said = self.contacts[contact].label(lang) if contact in self.contacts else contact
        return f"{self.channel_label(channel, lang)} {said}"

    def _where(self, stage: str, kind: StageKind) -> dict[str, Any]:
        names = [name for name, event in self.events.items() if event.stage == stage]
        parts = [*([{"event": names}] if names else []), *kind.also]
        held = parts[0] if len(parts) == 1 else {"any": parts}
        return {"all": [held, {"not": {"any": [*kind.but_not]}}]} if kind.but_not else held


def plain(name: str) -> str:
    """Letters and digits only, in one case: ``view_item``, ``viewItem`` and ``View Item`` are one name."""
    return "".join(ch for ch in name.casefold() if ch.isalnum())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
