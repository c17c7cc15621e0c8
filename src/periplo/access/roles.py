"""Who may do what: one table of permissions and roles."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    EDITOR = "editor"
    ANALYST = "analyst"
    AGENT = "agent"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What a route can need, and what a token can carry as a scope."""

    NUMBERS = "numbers"
    """The map, key figures, answers to questions and files of them: nobody is named."""
    CUSTOMERS = "customers"
    """Who is behind a number, profiles, journeys."""
    CORRECT = "correct"
    """Say who is who, and what a customer consented to."""
    EDIT = "edit"
    """Maps, segments, sources, refused rows."""
    ERASE = "erase"
    """Take out or erase all that is known of a person."""
    PEOPLE = "people"
    """Invitations, roles, everybody's tokens, the audit log."""
    OPERATION = "operation"
    """How the server does: its measures."""


TABLE = {
    Permission.NUMBERS: "owner editor analyst agent viewer",
    Permission.CUSTOMERS: "owner editor analyst agent",
    Permission.CORRECT: "owner editor agent",
    Permission.EDIT: "owner editor",
    Permission.ERASE: "owner",
    Permission.PEOPLE: "owner",
    Permission.OPERATION: "owner",
}

ALL = frozenset(Permission)


def permissions(role: Role) -> frozenset[Permission]:
    """All that a role may do."""
    return frozenset(permission for permission, roles in TABLE.items() if role in roles.split())
