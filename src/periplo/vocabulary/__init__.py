"""The words: canonical events and their other names, channels, contacts, stages, identifier rules.

They lie in readable files under ``data/``; a shop overrides them with files of the same name in
``SHOP/vocabulary/``. The functions here speak Periplo's own words; a shop's are methods of its ``Taxonomy``.
"""

from periplo.language import Lang
from periplo.vocabulary.channels import ChannelTable, Clues
from periplo.vocabulary.kinds import (
    ChannelKind,
    ChannelRule,
    ContactKind,
    EventKind,
    Identifiers,
    PurposeKind,
    StageKind,
)
from periplo.vocabulary.load import load, taxonomy
from periplo.vocabulary.taxonomy import Stage, Taxonomy


def event_label(name: str, lang: Lang) -> str:
    """The name of an event on screen; an unknown one is shown as it is."""
    return taxonomy().event_label(name, lang)


def channel_label(name: str, lang: Lang) -> str:
    """The name of a channel on screen."""
    return taxonomy().channel_label(name, lang)


def contact_label(name: str, lang: Lang) -> str:
    """The name of a kind of contact on screen."""
    return taxonomy().contact_label(name, lang)


def stage_label(name: str, lang: Lang) -> str:
    """The name of a default stage on screen."""
    return taxonomy().stage_label(name, lang)


def touchpoint_label(channel: str, contact: str, lang: Lang) -> str:
    """A touchpoint in words: "Email click", "Compra en la tienda"."""
    return taxonomy().touchpoint_label(channel, contact, lang)


__all__ = [
    "ChannelKind",
    "ChannelRule",
    "ChannelTable",
    "Clues",
    "ContactKind",
    "EventKind",
    "Identifiers",
    "PurposeKind",
    "Stage",
    "StageKind",
    "Taxonomy",
    "channel_label",
    "contact_label",
    "event_label",
    "load",
    "stage_label",
    "taxonomy",
    "touchpoint_label",
]
