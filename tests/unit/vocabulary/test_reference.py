"""The reference says all the words there are. ``PERIPLO_WRITE_DOCS=1`` writes its tables anew."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from periplo.predicates import json_schema
from periplo.vocabulary import taxonomy
from support import ROOT

WORDS = taxonomy()
_COMPARISONS = {
    "eq": "equal; `property: value` means the same",
    "ne": "not equal, or missing",
    "in": "one of a list; `property: [a, b]` means the same",
    "not_in": "none of a list, or missing",
    "gt": "greater",
    "gte": "greater or equal",
    "lt": "less",
    "lte": "less or equal",
    "contains": "has this text in it",
    "starts_with": "begins with this text",
    "exists": "`true`: there is a value; `false`: there is none",
    "regex": "a regular expression (Python's) is found in it",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def events() -> str:
    rows = [
        (name, kind.es, kind.contact, kind.stage, kind.channel, kind.money, "yes" if kind.touch else "no")
        for name, kind in WORDS.events.items()
    ]
    return table(("event", "es", "contact", "stage", "channel", "money", "touch"), rows)


def aliases() -> str:
    rows = [(family, code([alias]), name) for family, names in WORDS.aliases.items() for alias, name in names.items()]
    return table(("family", "name", "event"), rows)


def channels() -> str:
    rows = [(code([name]), kind.en, kind.es, code(kind.aliases)) for name, kind in WORDS.channels.items()]
    return table(("channel", "en", "es", "other words"), rows)


def rules() -> str:
    keys = ("click_id", "medium", "source", "referrer", "library", "type")
    rows = [(code([rule.channel]), *(code(getattr(rule, key)) for key in keys)) for rule in WORDS.rules]
    return table(("channel", *keys), rows)


def contacts() -> str:
    return table(("contact", "en", "es"), [(name, kind.en, kind.es) for name, kind in WORDS.contacts.items()])


def stages() -> str:
    kinds = WORDS.stage_kinds
    rows = [
        (code([name]), kind.en, kind.es, ", ".join(n for n, event in WORDS.events.items() if event.stage == name))
        for name, kind in kinds.items()
    ]
    more = [
        (code([name]), said, code([json.dumps(extra)]))
        for name, kind in kinds.items()
        for said, extras in (("also", kind.also), ("but not", kind.but_not))
        for extra in extras
    ]
    return f"{table(('stage', 'en', 'es', 'events'), rows)}\n\n{table(('stage', '', 'predicate'), more)}"


def properties() -> str:
    rows = [(code([name]), kind.en, kind.es) for name, kind in WORDS.properties.items()]
    return table(("property", "en", "es"), rows)


def purposes() -> str:
    rows = [
        (code([name]), kind.en, kind.es, code(kind.aliases), code(kind.traits)) for name, kind in WORDS.purposes.items()
    ]
    return table(("purpose", "en", "es", "other words", "traits that tell it"), rows)


def never() -> str:
    return code(WORDS.identifiers.never)


def limits() -> str:
    rules = WORDS.identifiers
    rows = [(code([kind]), str(rules.limits[kind])) for kind in rules.priority]
    shared = f"After {rules.shared_device_user_ids} different `user_id`s on one device, the device stops joining."
    return f"{table(('identifier, strongest first', 'at most'), rows)}\n\n{shared}"


def words() -> str:
    schema = json_schema()["$defs"]["Predicate"]["oneOf"][1]["properties"]
    return table(("word", "meaning"), [(code([name]), part["description"]) for name, part in schema.items()])


def comparisons() -> str:
    operators = json_schema()["$defs"]["Comparison"]["properties"]
    return table(("comparison", "holds where the value is"), [(code([name]), _COMPARISONS[name]) for name in operators])


PAGES = {
    "vocabulary.md": [events, aliases, channels, rules, contacts, stages, properties, purposes, never, limits],
    "predicates.md": [words, comparisons],
}


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_the_reference_are_complete(page: str) -> None:
    path = Path(ROOT / "docs" / "reference" / page)
    text = path.read_text("utf-8")
    written = text
    for part in PAGES[page]:
        block = f"<!-- {part.__name__} -->\n{part()}\n<!-- end -->"
        written = re.sub(
            rf"<!-- {part.__name__} -->\n.*?<!-- end -->", lambda _, block=block: block, written, flags=re.S
        )
        assert block in written, f"{page} has no place for {part.__name__}"
    if os.environ.get("PERIPLO_WRITE_DOCS"):
        path.write_text(written, "utf-8")
    else:
        assert text == written
