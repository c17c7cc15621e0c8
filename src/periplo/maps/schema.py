"""The JSON Schema of map files, made from the model; it is published as ``journey.schema.json``.

``python -m periplo.maps.schema`` writes the published file anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from periplo import predicates
from periplo.maps.model import Journey

PUBLISHED = Path(__file__).with_name("journey.schema.json")


def json_schema() -> dict[str, Any]:
    """The schema of a ``*.journey.yaml``; predicates included, so that nothing else is needed."""
    schema = msgspec.json.schema(Journey)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Periplo journey map",
        **schema,
        "$defs": schema["$defs"] | predicates.json_schema()["$defs"],
    }


def text() -> str:
    """The schema as the published file has it."""
    return msgspec.json.format(msgspec.json.encode(json_schema()), indent=2).decode() + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(text(), "utf-8")
