"""How the sources do."""

from __future__ import annotations

from periplo.access import Permission
from periplo.server.api.parameters import route
from periplo.server.api.shapes import SourcesAnswer
from periplo.server.given import TheDesk


@route("/sources", Permission.EDIT, tags=["Sources"], summary="How the sources do")
def sources(desk: TheDesk) -> SourcesAnswer:
    """How much comes from each and how late, what is wrong with it, and names of events that nobody knows."""
    return SourcesAnswer(
        version=desk.shop.version(), sources=desk.shop.source_reports(), log_since=desk.shop.log_since()
    )
