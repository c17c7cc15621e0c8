"""A journey map as a text file (law 7): read, checked, and written back with its comments and its order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from periplo.errors import UnknownName, UnreadableFile
from periplo.maps.checks import Known, check
from periplo.maps.model import COMPUTED, Journey, Lane
from periplo.maps.problems import Place, bad_map, explain, round_trip
from periplo.predicates import Predicate

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".journey.yaml"


@dataclass(frozen=True)
class MapDefinition:
    """A checked map file. ``journey`` is what it says; ``text`` is the file as it was written."""

    journey: Journey
    stages: tuple[tuple[str, Predicate], ...]
    persona: Predicate | None
    patience: timedelta
    text: str
    file: str
    known: Known

    @classmethod
    def load(cls, source: str | Path, known: Known | None = None) -> MapDefinition:
        """A map from a file, or the name of a template: ``retail``, ``travel``, ``banking``.

        Raises ``BadMap`` with the place, ``UnknownName`` for a template that does not exist, ``UnreadableFile``.
        """
        name = str(source)
        path = Path(source)
        if path.suffix not in {".yaml", ".yml"}:
            path = _template(name)
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(
                "The map {file} cannot be read.",
                why="The system says: {reason}.",
                fix="Check the path; a map is a text file in UTF-8.",
                file=name,
                reason=str(error),
            ) from error
        return cls.parse(text, file=path.name, known=known)

    @classmethod
    def parse(cls, text: str, *, file: str = "map.journey.yaml", known: Known | None = None) -> MapDefinition:
        """A map from the text of its file; ``known`` as in ``load``. Raises ``BadMap`` with the place."""
        plain = _read(text, file)
        try:
            journey = msgspec.convert(plain, Journey)
        except msgspec.ValidationError as error:
            raise explain(error, file, text) from None
        known = known or Known()
        stages, persona, patience = check(journey, file, text, known)
        return cls(journey, stages, persona, patience, text, file, known)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes from top to bottom; a map that names none shows all computed ones."""
        return tuple(Lane(id=lane) if isinstance(lane, str) else lane for lane in self.journey.lanes or COMPUTED)

    def edit(self, place: Place, value: Any) -> MapDefinition:
        """The same map with ``value`` at ``place``, such as ``("stages", 0, "label", "es")``; comments stay."""
        document, indent, offset = load_yaml_guess_indent(self.text, yaml=round_trip())
        target = document
        for step in place[:-1]:
            target = target[step]
        target[place[-1]] = value
        writer = round_trip()
        writer.indent(mapping=_mapping_indent(self.text), sequence=indent or 4, offset=offset or 0)
        out = StringIO()
        writer.dump(document, out)
        return self.parse(out.getvalue(), file=self.file, known=self.known)

    def save(self, path: Path) -> None:
        """Writes the file as it was read, or as edited."""
        path.write_text(self.text, "utf-8")


def templates() -> list[str]:
    """The names of the maps that come with Periplo, the default first."""
    names = (file.name.removesuffix(SUFFIX) for file in sorted(TEMPLATES.glob(f"*{SUFFIX}")))
    return sorted(names, key=lambda name: name != "retail")


def _template(name: str) -> Path:
    if name not in templates():
        raise UnknownName("template", name, templates())
    return TEMPLATES / f"{name}{SUFFIX}"


def _mapping_indent(text: str) -> int:
    found = re.search(r"^[\w$-]+:[^\S\n]*(?:#.*)?\n( +)[^\s#-]", text, re.M)
    return len(found[1]) if found else 2


def _read(text: str, file: str) -> Any:
    """The file as plain values."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        why = "It is not valid YAML: line {line}: {problem}."
        fix = "Check the indentation and the quotes around there."
        raise bad_map(file, "", (), why, fix, line=line, problem=str(error.problem or error)) from None
