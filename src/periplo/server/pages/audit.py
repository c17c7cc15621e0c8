"""The audit log as a page."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, get
from litestar.params import QueryParameter

from periplo.access import ACTIONS, REFUSED, Entry, Permission
from periplo.language import Lang, moment, t
from periplo.server.given import TheDesk, TheReader
from periplo.server.keys import UNVERSIONED
from periplo.server.render import own_page
from periplo.server.rules import needs

SIZE = 100
ALSO = {
    "export_person": "Took out all that is known of a person",
    "erase_person": "Erased a person",
    "decide_identity": "Decided who is who",
    "mend_refused": "Mended a refused row",
    "replay_refused": "Read refused rows again",
    "discard_refused": "Discarded refused rows",
    "source_added": "Added a source",
    "source_allowed": "Let more sites send",
    "source_rotated": "Gave a source a new write key",
    "source_removed": "Removed a source",
}
"""What the pages and routes note themselves, in words."""
Before = Annotated[
    int | None, QueryParameter(ge=1, le=2**53, description="Only lines older than the one with this `seq`.")
]


@get("/audit", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.PEOPLE, UNVERSIONED))
def audit_page(desk: TheDesk, reader: TheReader, before: Before = None) -> Response[str]:
    access, zone = desk.shop.access, desk.shop.settings.time_zone
    entries = access.audit.list(limit=SIZE, before=before)
    return own_page(
        "audit.html",
        reader,
        here=f"/audit?before={before}" if before else "/audit",
        shop=desk.shop.settings,
        entries=[_row(entry, reader.lang, zone) for entry in entries],
        older=f"/audit?before={entries[-1].seq}" if len(entries) == SIZE else "",
        newest=before is None,
    )


def _row(entry: Entry, lang: Lang, zone: str) -> dict[str, Any]:
    return {
        "at": moment(entry.at, lang, zone),
        "who": entry.who,
        "address": entry.address or "–",
        "action": t((ACTIONS | ALSO).get(entry.action, entry.action), lang),
        "target": entry.target,
        "refused": entry.result == REFUSED,
    }
