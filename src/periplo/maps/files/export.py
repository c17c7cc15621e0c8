"""Writing a map to a file whose suffix says in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from periplo.errors import UsageError
from periplo.language import Lang
from periplo.maps.drawing import draw
from periplo.maps.files.mermaid import mermaid
from periplo.maps.files.page import page
from periplo.maps.files.paper import pdf, png
from periplo.maps.files.tables import as_csv, as_json
from periplo.maps.reading import MapReading

Writer = Callable[[MapReading, Lang], bytes]

_WRITERS: Mapping[str, Writer] = {
    ".svg": lambda reading, lang: draw(reading, lang, "auto").encode(),
    ".png": png,
    ".pdf": pdf,
    ".html": lambda reading, lang: page(reading, lang).encode(),
    ".csv": lambda reading, lang: as_csv(reading, lang).encode("utf-8-sig"),
    ".json": lambda reading, lang: as_json(reading),
    ".mmd": lambda reading, lang: mermaid(reading, lang).encode(),
}
SUFFIXES = tuple(_WRITERS)


def rendered(reading: MapReading, suffix: str, lang: Lang = "en") -> bytes:
    """The map in the form of a suffix such as ``.svg``. Raises ``UsageError`` for one that is not in ``SUFFIXES``."""
    writer = _WRITERS.get(suffix.lower())
    if writer is None:
        raise UsageError(
            "A map cannot be written as “{suffix}”.",
            fix="Let the name of the file end in one of: {known}.",
            suffix=suffix,
            known=", ".join(SUFFIXES),
        )
    return writer(reading, lang)


def export(reading: MapReading, path: str | Path, lang: Lang = "en") -> Path:
    """Writes the map to ``path``; its suffix chooses the form. Raises ``UsageError`` for an unknown one."""
    target = Path(path)
    content = rendered(reading, target.suffix, lang)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target
