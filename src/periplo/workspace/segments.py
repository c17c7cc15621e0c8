"""The segments of a shop: named predicates, ours and those of ``SHOP/segments.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from periplo.errors import BadPredicate, UnknownName
from periplo.language import Lang
from periplo.maps import Words
from periplo.predicates import Predicate, parse
from periplo.vocabulary import Taxonomy
from periplo.workspace.remembered import Remembered
from periplo.workspace.stamps import Stamps

_OURS = Path(__file__).parent / "data" / "segments.yaml"


class Segment(msgspec.Struct, frozen=True):
    """A described type of customer: its name on screen, and the predicate that holds for them."""

    label: Words
    where: Predicate


class Segments:
    """The segments of a shop by name; the file is read again when it has changed."""

    def __init__(self, file: Path, words: Taxonomy, zone: str) -> None:
        self._file, self._words, self._zone = file, words, zone
        self._stamps = Stamps()
        self._read: Remembered[dict[str, Segment]] = Remembered(1)

    def all(self) -> dict[str, Segment]:
        """All segments by name. Raises ``BadPredicate`` with file and place."""
        return self._read.get(self.stamp(), lambda: read_segments(self._file, self._words, self._zone))

    def predicates(self) -> dict[str, Predicate]:
        return {name: segment.where for name, segment in self.all().items()}

    def label(self, name: str, lang: Lang) -> str:
        """The name of one on screen. Raises ``UnknownName``."""
        known = self.all()
        if name not in known:
            raise UnknownName("segment", name, known)
        return known[name].label.tell(lang)

    def stamp(self) -> str:
        """Changes when the file does."""
        return self._stamps.of(self._file)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    where: Any
    label: Words | str = ""


def read_segments(file: Path, words: Taxonomy, zone: str) -> dict[str, Segment]:
    """All segments by name. One may name those before it. Raises ``BadPredicate`` with file and place."""
    found: dict[str, Segment] = {}
    for source in (_OURS, file):
        for name, raw in (_entries(source) if source.exists() else {}).items():
            place = f"{source.name}: {name}"
            entry = _entry(raw, place)
            others = {other: segment.where for other, segment in found.items()}
            where = parse(entry.where, segments=others, words=words, zone=zone, place=f"{place}.where")
            label = entry.label or name
            found[name] = Segment(Words(en=label, es=label) if isinstance(label, str) else label, where)
    return found


def _entries(file: Path) -> Mapping[str, Any]:
    try:
        given = YAML(typ="safe").load(file.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise _bad(file.name, str(getattr(error, "problem", error))) from error
    if given is not None and not isinstance(given, dict):
        raise _bad(file.name, "a list of names is expected")
    return {str(name): raw for name, raw in (given or {}).items()}


def _entry(raw: Any, place: str) -> _Entry:
    try:
        return msgspec.convert(raw, _Entry)
    except msgspec.ValidationError as error:
        raise _bad(place, str(error)) from error


def _bad(place: str, problem: str) -> BadPredicate:
    return BadPredicate(
        "{place} cannot be read.",
        why="{problem}.",
        fix="A segment is written as: name: {{label: Big spenders, where: {{did: Order Completed, at_least: 5}}}}",
        place=place,
        problem=problem,
    )
