"""Every route has a rule: what its visitor must be allowed. An application where one has none does not start."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from periplo.access import Permission

RULE = "rule"


class Rule(StrEnum):
    """What a route can ask for beside a permission."""

    ANYBODY = "anybody"
    """The style, the fonts, the doors themselves."""
    PERSON = "person"
    """Somebody who signed in, for what is their own; no program with a token."""
    ENROLLING = "enrolling"
    """The same, also where the workspace waits until they have set up a second factor."""
    PASSWORD = "password"
    """The same, also where only their password is known yet, and the code of the second factor is to come."""
    PROBE = "probe"
    """Who watches the server: it is not looked up who that is, which would need the database."""


def needs(rule: Rule | Permission, *more: str) -> dict[str, Any]:
    """The ``opt`` of a route with this rule; ``more``: other keys that hold for it."""
    return {RULE: rule} | dict.fromkeys(more, True)


def rule_of(handler: BaseRouteHandler) -> Rule | Permission:
    """The rule of a route. Raises ``TypeError`` where it has none."""
    rule = handler.opt.get(RULE)
    if rule is None and getattr(handler, "http_methods", None) == {"OPTIONS"}:
        return Rule.ANYBODY  # Litestar's own answer: which methods there are
    if not isinstance(rule, Rule | Permission):
        raise TypeError(f"The route {sorted(handler.paths)} ({handler}) has no rule: give it opt=needs(…).")
    return rule


def check_rules(app: Litestar) -> None:
    """Raises ``TypeError`` for an application with a route that has no rule, or is no HTTP route."""
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            raise TypeError(f"The route {route.path} is no HTTP route: the gate does not guard it.")
        for handler in route.route_handlers:
            rule_of(handler)
