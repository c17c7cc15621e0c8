"""What columns are called in the wild, in English and Spanish; and which part of a mapping such a word means."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib import resources

from ruamel.yaml import YAML

from periplo.errors import did_you_mean
from periplo.intake.mappings.mapping import FIELDS
from periplo.vocabulary.taxonomy import plain

_ELSEWHERE = {"time": "time", "event": "event", "currency": "currency"}
_ELSEWHERE |= {"price": "lines.price", "amount": "lines.amount", "name": "lines.products", "brand": "lines.products"}


@cache
def synonyms() -> dict[str, list[str]]:
    """Names of columns by field, in plain letters."""
    data = YAML(typ="safe").load(resources.files(__package__).joinpath("synonyms.yaml").read_text("utf-8"))
    return {field: [bare(name) for name in names] for field, names in data.items()}


def bare(name: str) -> str:
    """A name in plain letters."""
    return plain("".join(ch for ch in unicodedata.normalize("NFKD", name) if not unicodedata.combining(ch)))


def part_meant(word: str) -> str:
    """The part of a mapping that somebody means who calls it otherwise, quoted; empty where none is told."""
    fields = {name: field for field, names in synonyms().items() for name in names if _part(field)}
    near = did_you_mean(bare(word), fields, most=1, alike=0.8)
    return f"“{_part(fields[near.strip('“”')])}”" if near else ""


def _part(field: str) -> str:
    if field in FIELDS:
        return f"fields.{field}"
    return field.replace(" ", ".") if field.startswith("consent ") else _ELSEWHERE.get(field, "")
