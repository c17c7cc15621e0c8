"""What a ``*.journey.yaml`` may say. The published JSON Schema is made from these classes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from periplo.maps.words import Text

PREDICATE = "#/$defs/Predicate"

Identifier = Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,39}$", description="Lower case, no spaces.")]
Mood = Annotated[float, Meta(ge=-2, le=2, description="From -2 (very bad) to +2 (very good).")]
Predicate = Annotated[Any, Meta(extra_json_schema={"$ref": PREDICATE})]


class _Part(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Persona(_Part, frozen=True):
    """A described type of customer. With ``where`` the map counts only the customers it fits."""

    name: Text
    description: Text = ""
    where: Predicate = None


class Settings(_Part, frozen=True):
    """``patience``: how long without an event until a customer counts as dropped, such as ``30d``."""

    patience: str = "30d"


class Stage(_Part, frozen=True):
    """A part of the journey: an event belongs to the first stage whose predicate holds for it."""

    id: Identifier
    where: Predicate
    label: Text = ""
    goal: Text = ""


class Lane(_Part, frozen=True):
    """A row of the map. Without ``text`` it is computed or named by ``id``; ``text`` makes it hand-written."""

    id: Identifier
    label: Text = ""
    top: Annotated[int, Meta(ge=1, le=12, description="How many entries a list shows.")] = 4
    text: Annotated[dict[str, Text | list[Text]], Meta(description="Stage id -> text, or a list of texts.")] = {}
    curve: Annotated[dict[str, Mood], Meta(description="Stage id -> expected mood; only in the emotion lane.")] = {}


class Journey(_Part, frozen=True):
    """The whole file."""

    title: Text
    stages: Annotated[list[Stage], Meta(min_length=1, max_length=12)]
    lanes: list[Annotated[str, Meta(description="The id of a computed lane.")] | Lane] = []
    version: Annotated[int, Meta(ge=1, le=1)] = 1
    description: Text = ""
    persona: Persona | None = None
    settings: Settings = Settings()


COMPUTED = (
    "customers",
    "touchpoints",
    "actions",
    "channels",
    "content",
    "entries",
    "exits",
    "time",
    "drop_off",
    "metrics",
    "emotion",
)
"""Lanes whose cells are counted, in the order a map without ``lanes`` shows them."""

WRITTEN = ("goals", "thoughts", "pains", "opportunities", "backstage", "owner")
"""Hand-written lanes the product knows: they have a label and an icon of their own."""
