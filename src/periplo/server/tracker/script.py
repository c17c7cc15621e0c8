"""``/periplo.js``: open to every page of the shop, kept by browsers for a day, asked for again by its ETag."""

from __future__ import annotations

from hashlib import sha256
from importlib import resources
from typing import Any

from litestar import Request, Response, get

from periplo.server.keys import UNVERSIONED
from periplo.server.rules import Rule, needs

SCRIPT = resources.files(__package__).joinpath("periplo.js").read_bytes()

_TAG = f'W/"{sha256(SCRIPT).hexdigest()[:24]}"'
_HEADERS = {
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "ETag": _TAG,
    "Cross-Origin-Resource-Policy": "cross-origin",  # the shop's pages are on another host than Periplo
}


@get("/periplo.js", sync_to_thread=False, opt=needs(Rule.ANYBODY, UNVERSIONED))
def periplo_js(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The tracker: a script for the shop's pages, at most 4.0 KB over the wire."""
    if _TAG in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=_HEADERS)
    return Response(SCRIPT, media_type="text/javascript", headers=_HEADERS)
