"""The map as a file."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from litestar import Response, get
from litestar.params import FromPath

from periplo.access import Permission
from periplo.errors import UnknownName
from periplo.maps import export
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.rules import needs

KINDS = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "mmd": "text/plain; charset=utf-8",
}


@get("/map/{kind:str}", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.NUMBERS))
def download(desk: TheDesk, view: TheView, reader: TheReader, kind: FromPath[str]) -> Response[bytes]:
    if kind not in KINDS:
        raise UnknownName("format", kind[:20], KINDS)
    lang = reader.lang

    def exported() -> bytes:
        with TemporaryDirectory(prefix="periplo-") as folder:
            path = Path(folder) / f"map.{kind}"
            export(desk.reading(view), path, lang)
            return path.read_bytes()

    name = f"{_plain(desk.shop.settings.name)}.{kind}"
    body = desk.remembered((kind, view, lang), exported)
    return Response(body, media_type=KINDS[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _plain(name: str) -> str:
    return "".join(ch if ch.isascii() and ch.isalnum() else "-" for ch in name.lower()).strip("-") or "map"
