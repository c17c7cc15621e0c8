"""The audit log as JSON."""

from __future__ import annotations

from periplo.access import Entry, Permission
from periplo.server.api.parameters import Limit, route
from periplo.server.api.shapes import AuditAnswer
from periplo.server.given import TheAccess
from periplo.server.pages.audit import Before


@route("/audit", Permission.PEOPLE, tags=["Access"], summary="The audit log")
def audit(access: TheAccess, before: Before = None, limit: Limit = 100) -> AuditAnswer:
    """Who did what, when, from where, and whether it was done or refused; the newest line first."""
    found: list[Entry] = access.audit.list(limit=limit, before=before)
    return AuditAnswer(total=access.audit.count(), entries=found)
