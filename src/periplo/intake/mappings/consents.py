"""The part ``consent`` of a mapping: which purpose each column speaks of, and in which channel."""

from __future__ import annotations

from periplo.errors import BadMapping, did_you_mean
from periplo.intake.mappings.mapping import Mapping
from periplo.privacy import CHANNELS
from periplo.vocabulary import Taxonomy
from periplo.vocabulary.taxonomy import plain

TEXT_VERSION = "text_version"


def purpose_and_channel(name: str) -> tuple[str, str]:
    """``marketing.email``: the purpose, and the channel; empty where it holds in any."""
    purpose, _, channel = name.partition(".")
    return purpose, channel


def check_consent(mapping: Mapping, words: Taxonomy) -> None:
    """Purposes and channels that exist. Raises ``BadMapping``, with those that may be meant."""
    aliases = [alias for kind in words.purposes.values() for alias in kind.aliases]
    purposes = {plain(name): name for name in [*aliases, *words.purposes]}
    for name in mapping.consent:
        purpose, channel = purpose_and_channel(name)
        if name != TEXT_VERSION and plain(purpose) not in purposes:
            near = did_you_mean(purpose, [*purposes.values(), TEXT_VERSION])
            raise _unknown(mapping, name, "There is no such purpose", near, list(words.purposes))
        if channel and channel not in CHANNELS:
            near = did_you_mean(channel, CHANNELS)
            raise _unknown(mapping, name, "Nobody consents to be reached in such a channel", near, CHANNELS)


def _unknown(mapping: Mapping, name: str, problem: str, near: str, known: list[str] | tuple[str, ...]) -> BadMapping:
    return BadMapping(
        "The mapping {file} cannot be used, at “{place}”.",
        why="{problem}.",
        fix="Did you mean {near}?" if near else "There are: {known}.",
        file=mapping.name,
        place=f"consent.{name}",
        problem=problem,
        near=near,
        known=", ".join(known),
    )
