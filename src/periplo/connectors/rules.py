"""Why what a connector got becomes no event."""

from __future__ import annotations

from periplo.collect.rules import Rule

UNREADABLE = Rule("unreadable_webhook", "This is not what {kind} sends: {problem}.")
UNKNOWN_TOPIC = Rule("unknown_topic", "Periplo makes no event of “{topic}” from {kind}; known: {known}.")
UNCONFIRMED = Rule("unconfirmed", "Amazon asks whether it may send here; open this address to say yes: {address}")
UNMAPPED = Rule("unmapped", "The mapping makes no event of it: {problem}")

RULES = (UNREADABLE, UNKNOWN_TOPIC, UNCONFIRMED, UNMAPPED)


class Unfit(Exception):
    """What a connector got becomes no event: the rule, where in it, and the values of the reason."""

    def __init__(self, rule: Rule, path: str = "", **values: str) -> None:
        self.rule, self.path, self.values = rule, path, values
        super().__init__(rule.name)


class Missing(Exception):
    """Something that a report of this kind always has is not there."""
