"""Builds a taxonomy from our files and a shop's own over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from periplo.errors import did_you_mean
from periplo.vocabulary.files import VocabularyFile, read, refuse_strangers
from periplo.vocabulary.kinds import (
    ChannelKind,
    ChannelRule,
    ContactKind,
    EventKind,
    Identifiers,
    Named,
    PropertyKind,
    PurposeKind,
    StageKind,
)
from periplo.vocabulary.taxonomy import Taxonomy

K = TypeVar("K", bound=Named)


@cache
def taxonomy() -> Taxonomy:
    """Periplo's own taxonomy."""
    return load(None)


def load(shop: Path | None) -> Taxonomy:
    """Periplo's taxonomy with a shop's own files (``SHOP/vocabulary/*.yaml``) over it.

    Raises ``BadVocabulary`` with file and line where a file cannot be read or names what does not exist.
    """
    if shop:
        refuse_strangers(shop)
    channels = _kinds(read("channels", shop), ChannelKind)
    contacts = _kinds(read("contacts", shop), ContactKind)
    stages = _kinds(read("stages", shop), StageKind)
    events = _kinds(read("events", shop), EventKind, channel=channels, contact=contacts, stage=stages)
    _no_empty_stage(stages, events, read("stages", shop)[-1])
    return Taxonomy(
        events=events,
        aliases=_aliases(read("aliases", shop), events),
        channels=channels,
        rules=_rules(read("channel_rules", shop), channels),
        contacts=contacts,
        properties=_kinds(read("properties", shop), PropertyKind),
        stage_kinds=stages,
        purposes=_kinds(read("purposes", shop), PurposeKind),
        identifiers=_identifiers(read("identifiers", shop)),
    )


def _kinds(files: Sequence[VocabularyFile], kind: type[K], **known: Mapping[str, Named]) -> dict[str, K]:
    """Entries by name. A shop's entry changes only the fields it gives; ``known``: what a field may name."""
    raw: dict[str, Any] = {}
    found: dict[str, K] = {}
    for file in files:
        for name, given in file.mapping().items():
            raw[name] = {**raw.get(name, {}), **given} if isinstance(given, dict) else given
            found[name] = file.convert(raw[name], kind, name)
            for field, names in known.items():
                _must_be_known(file, name, getattr(found[name], field), names)
    return found


def _aliases(files: Sequence[VocabularyFile], events: Mapping[str, EventKind]) -> dict[str, dict[str, str]]:
    """Family -> other name -> canonical name. A shop's families come last: its word is the last one."""
    families: dict[str, dict[str, str]] = {}
    for file in files:
        for family, names in file.entries(dict[str, str]):
            for alias, name in names.items():
                _must_be_known(file, family, name, events)
                if alias in events and alias != name:
                    raise file.wrong("“{alias}” is an event itself and cannot stand for another.", family, alias=alias)
            families[family] = families.pop(family, {}) | names
    return families


def _rules(files: Sequence[VocabularyFile], channels: Mapping[str, ChannelKind]) -> tuple[ChannelRule, ...]:
    """The shop's own rules, then ours."""
    rules: list[ChannelRule] = []
    for file in reversed(files):
        for row, given in enumerate(file.rows()):
            rule = file.convert(given, ChannelRule, row)
            _must_be_known(file, row, rule.channel, channels)
            rules.append(rule)
    return tuple(rules)


def _identifiers(files: Sequence[VocabularyFile]) -> Identifiers:
    """A shop's never list is added to ours, its limits and alarms over ours; what else it gives replaces ours."""
    merged: dict[str, Any] = {}
    for file in files:
        given = file.mapping()
        both = {
            "never": [*merged.get("never", ()), *given.get("never", ())],
            "limits": {**merged.get("limits", {}), **given.get("limits", {})},
            "alarms": {**merged.get("alarms", {}), **given.get("alarms", {})},
        }
        merged = {**merged, **given, **both}
        for field in given:
            file.convert({**merged, field: given[field]}, Identifiers, field)
    return files[-1].convert(merged, Identifiers, "identifiers")


def _no_empty_stage(stages: Mapping[str, StageKind], events: Mapping[str, EventKind], file: VocabularyFile) -> None:
    for name, stage in stages.items():
        if not stage.also and not any(event.stage == name for event in events.values()):
            raise file.wrong("The stage “{entry}” holds no event; give it some in events.yaml, or under also.", name)


def _must_be_known(file: VocabularyFile, entry: str | int, name: str, known: Mapping[str, object]) -> None:
    if name and name not in known:
        raise file.wrong(
            "“{entry}” names “{name}”, which does not exist.", entry, near=did_you_mean(name, known), name=name
        )
