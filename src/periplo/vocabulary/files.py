"""Reads the vocabulary files: ours, and over them a shop's own, with the place of whatever is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from periplo.errors import BadVocabulary, did_you_mean

T = TypeVar("T")

FILES = (
    "events",
    "aliases",
    "channels",
    "channel_rules",
    "contacts",
    "properties",
    "stages",
    "identifiers",
    "purposes",
)

_PROBLEMS = {
    r"missing required field `(?P<field>[^`]+)`": "“{entry}” lacks “{field}”.",
    r"unknown field `(?P<field>[^`]+)`": "“{entry}” may not have “{field}”.",
    r"at `\$\.(?P<field>[^`]+)`": "“{entry}” has a value of the wrong kind in “{field}”.",
    r"": "“{entry}” has a value of the wrong kind.",
}


class VocabularyFile:
    """One file of a vocabulary: its data, and a way to say where in it something is wrong."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text
        self.data = self._load("safe")

    def mapping(self) -> dict[str, Any]:
        if not isinstance(self.data or {}, dict):
            raise self._error("Names with their values are expected.", 1)
        return {str(key): value for key, value in (self.data or {}).items()}

    def rows(self) -> list[Any]:
        if not isinstance(self.data or [], list):
            raise self._error("A list is expected.", 1)
        return self.data or []

    def entries(self, kind: type[T]) -> Iterator[tuple[str, T]]:
        """The entries of a mapping, each read as ``kind``."""
        return ((name, self.convert(value, kind, name)) for name, value in self.mapping().items())

    def convert(self, value: Any, kind: type[T], entry: str | int) -> T:
        """``value`` as ``kind``; ``entry`` is the key or the number of the row that is being read."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            problem, values = _in_words(str(error))
            known = getattr(kind, "__struct_fields__", ())
            near = "" if values.get("field") in {None, *known} else did_you_mean(values["field"], known)
            raise self.wrong(problem, entry, near, **values) from error

    def wrong(self, problem: str, entry: str | int, near: str = "", **values: str) -> BadVocabulary:
        """An error about one entry, with the names that may have been meant."""
        shown = entry if isinstance(entry, str) else entry + 1
        return self._error(problem, self._line(entry), near, entry=shown, **values)

    def _load(self, kind: Literal["safe", "rt"]) -> Any:
        try:
            return YAML(typ=kind).load(self._text)
        except MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._error("This is not YAML: {problem}.", line, problem=str(error.problem)) from error

    def _line(self, entry: str | int) -> int:
        marked = self._load("rt")
        try:
            return 1 + int((marked.lc.key if isinstance(entry, str) else marked.lc.item)(entry)[0])
        except (KeyError, IndexError):
            return 1

    def _error(self, why: str, line: int, near: str = "", **values: object) -> BadVocabulary:
        return BadVocabulary(
            "The vocabulary cannot be used; see {file}, line {line}.",
            why=why,
            fix="Did you mean {near}?" if near else "Mend that line, or remove the file to use Periplo's own words.",
            file=f"vocabulary/{self.name}.yaml",
            line=line,
            near=near,
            **values,
        )


def read(name: str, shop: Path | None) -> list[VocabularyFile]:
    """Our file of this name, and after it the shop's own where there is one."""
    ours = VocabularyFile(name, resources.files(__package__).joinpath("data", f"{name}.yaml").read_text("utf-8"))
    own = shop / "vocabulary" / f"{name}.yaml" if shop else None
    return [ours, VocabularyFile(name, own.read_text("utf-8-sig"))] if own and own.is_file() else [ours]


def refuse_strangers(shop: Path) -> None:
    """A file that no one reads is an error: it would silently do nothing."""
    for path in sorted((shop / "vocabulary").glob("*")):
        if path.suffix in {".yaml", ".yml"} and path.name not in {f"{name}.yaml" for name in FILES}:
            near = did_you_mean(path.stem, FILES)
            raise BadVocabulary(
                "There is no vocabulary file named {file}.",
                fix="Did you mean {near}?" if near else "Known: {known}.",
                file=path.name,
                near=near,
                known=", ".join(f"{name}.yaml" for name in FILES),
            )


def _in_words(message: str) -> tuple[str, dict[str, str]]:
    """msgspec's message as one of our own, with what it names."""
    matches = ((problem, re.search(pattern, message)) for pattern, problem in _PROBLEMS.items())
    return next((problem, found.groupdict()) for problem, found in matches if found)
