"""Forged requests: what changes something must come from a page of ours, and say so twice.

A browser tells where a request began (``Sec-Fetch-Site``, ``Origin``); what rides on a session's cookie also carries
a secret that only our own pages know. Programs with a token carry no cookie, and need neither.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from litestar import Request
from litestar.exceptions import PermissionDeniedException

from periplo.access import Visitor
from periplo.access import secret as secrets
from periplo.server.faults import FOREIGN

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_FIELDS = 200
FIELD, HEADER = "csrf", "x-csrf-token"


def check_origin(request: Request[Any, Any, Any], *, rides: bool) -> None:
    """Refuses what began at another site; ``rides``: it rides on a session, so it must say where it began."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    elif origin is not None:
        ours = urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    else:
        ours = not rides
    if not ours:
        raise PermissionDeniedException(extra={"fault": FOREIGN})


async def check_form(request: Request[Any, Any, Any], visitor: Visitor) -> None:
    """Refuses what does not carry the session's own secret, as a field of the form or as a header."""
    given = request.headers.get(HEADER) or await _field(request)
    if not secrets.same(given, visitor.csrf):
        raise PermissionDeniedException(extra={"fault": FOREIGN})


async def _field(request: Request[Any, Any, Any]) -> str:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return parse_qs(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS).get(FIELD, [""])[0]
    except ValueError:  # more fields than any form of ours has
        return ""
