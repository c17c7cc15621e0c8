"""Access: the people of a workspace, their roles, sessions and tokens, and the audit log of what they did."""

from periplo.access.access import Access
from periplo.access.audit import ACTIONS, DONE, REFUSED, Entry
from periplo.access.factors import Draft, Factor, Given
from periplo.access.limits import Limits
from periplo.access.links import Link
from periplo.access.people import Person
from periplo.access.roles import ALL, TABLE, Permission, Role, permissions
from periplo.access.sessions import LIFE_US, Session
from periplo.access.tokens import MOST_DAYS, Token, scopes_of
from periplo.access.visitor import LOCAL, NOBODY, Owes, Visitor
from periplo.access.workspace import By

__all__ = [
    "ACTIONS",
    "ALL",
    "DONE",
    "LIFE_US",
    "LOCAL",
    "MOST_DAYS",
    "NOBODY",
    "REFUSED",
    "TABLE",
    "Access",
    "By",
    "Draft",
    "Entry",
    "Factor",
    "Given",
    "Limits",
    "Link",
    "Owes",
    "Permission",
    "Person",
    "Role",
    "Session",
    "Token",
    "Visitor",
    "permissions",
    "scopes_of",
]
