"""Names and captions of the lanes, in the words of the product."""

from __future__ import annotations

from periplo.maps.model import Lane
from periplo.maps.words import Words, translated, words

_NAMES = {
    "customers": "Customers",
    "touchpoints": "Touchpoints",
    "actions": "Actions",
    "channels": "Channels",
    "content": "Content",
    "entries": "First contact",
    "exits": "Last contact",
    "time": "Time in the stage",
    "drop_off": "Drop-off",
    "metrics": "Key figures",
    "emotion": "Emotion",
    "goals": "Goals",
    "thoughts": "Thoughts",
    "pains": "Pains",
    "opportunities": "Opportunities",
    "backstage": "Backstage",
    "owner": "Owner",
}
_CAPTIONS = {
    "customers": "width of the bands",
    "touchpoints": "contacts in the stage",
    "actions": "events in the stage",
    "channels": "events in the stage",
    "content": "events in the stage",
    "entries": "customers, on entering",
    "exits": "customers who dropped",
    "time": "of those who went on",
    "drop_off": "of those who entered",
}


def label(lane: Lane) -> Words:
    """The label the file gives, else our own name, else the id as a word."""
    if lane.label:
        return words(lane.label)
    if lane.id in _NAMES:
        return translated(_NAMES[lane.id])
    return words(lane.id.replace("_", " ").replace("-", " ").capitalize())


def caption(lane: Lane) -> Words:
    """In what the numbers of a lane are counted; empty where that stands beside each number."""
    return translated(_CAPTIONS[lane.id]) if lane.id in _CAPTIONS else Words()
