"""The files pages load (style, script, fonts, icon): read once, named by what is in them, kept for ever by browsers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from pathlib import Path

import font_roboto
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from periplo.maps import paper_css
from periplo.server.keys import UNVERSIONED
from periplo.server.rules import Rule, needs

FONTS = ("Roboto-Regular.ttf", "Roboto-Medium.ttf")
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}
FOR_EVER, AGAIN = "public, max-age=31536000, immutable", "public, max-age=86400"


@dataclass(frozen=True)
class Asset:
    body: bytes
    kind: str
    stamp: str


@cache
def assets() -> dict[str, Asset]:
    """All files by name."""
    own = resources.files(__package__).joinpath("static").iterdir()
    bodies = {file.name: file.read_bytes() for file in own}
    bodies["app.css"] += paper_css().encode()
    bodies |= {name: (Path(font_roboto.font_directory) / name).read_bytes() for name in FONTS}
    return {name: _asset(name, body) for name, body in bodies.items()}


def address(name: str) -> str:
    """Where a page finds the file; another content has another address."""
    return f"/static/{name}?v={assets()[name].stamp}"


@get("/static/{name:str}", sync_to_thread=False, include_in_schema=False, opt=needs(Rule.ANYBODY, UNVERSIONED))
def static(name: FromPath[str], v: FromQuery[str] = "") -> Response[bytes]:
    found = assets().get(name)
    if found is None:
        raise NotFoundException
    kept = FOR_EVER if v == found.stamp else AGAIN
    return Response(found.body, media_type=found.kind, headers={"Cache-Control": kept})


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body, _KINDS[Path(name).suffix], sha256(body).hexdigest()[:12])
