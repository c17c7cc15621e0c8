"""The maps of a shop: its own files, and the templates."""

from __future__ import annotations

from pathlib import Path

from periplo.errors import UnknownName
from periplo.maps import MapDefinition, templates
from periplo.maps.checks import Known
from periplo.vocabulary import Taxonomy
from periplo.workspace.remembered import Remembered
from periplo.workspace.segments import Segments
from periplo.workspace.stamps import Stamps

SUFFIX = ".journey.yaml"
DEFAULT, TEMPLATE = "default", "retail"


def map_files(folder: Path) -> dict[str, Path]:
    """The shop's own maps by name."""
    return {file.name.removesuffix(SUFFIX): file for file in sorted(folder.glob(f"*{SUFFIX}"))}


class Atlas:
    """Hands out the maps by name. A map is read again when its file or the segments have changed."""

    def __init__(self, folder: Path, segments: Segments, words: Taxonomy, zone: str) -> None:
        self._folder, self._segments, self._words, self._zone = folder, segments, words, zone
        self._stamps = Stamps()
        self._definitions: Remembered[MapDefinition] = Remembered(16)

    def names(self) -> list[str]:
        """The names of the shop's own maps, then of the templates."""
        own = map_files(self._folder)
        return [*own, *(name for name in templates() if name not in own)]

    def stamp(self) -> str:
        """Changes when one of the shop's own maps does."""
        return " ".join(f"{name}@{self._stamps.of(file)}" for name, file in map_files(self._folder).items())

    def definition(self, name: str | None) -> MapDefinition:
        """A map by name, or by the path of its file; None: the shop's own ``default``, else the template for retail.

        Raises ``UnknownName``, and ``BadMap`` with the place in the file.
        """
        source = self._source(name)
        stamp = self._stamps.of(source) if isinstance(source, Path) else ""
        asked = (source, stamp, self._segments.stamp())
        return self._definitions.get(asked, lambda: MapDefinition.load(source, self._known()))

    def _source(self, name: str | None) -> Path | str:
        own = map_files(self._folder)
        if name is None:
            return own.get(DEFAULT, TEMPLATE)
        if name.endswith((".yaml", ".yml")):
            return Path(name)
        if name not in own and name not in templates():
            raise UnknownName("map", name, self.names())
        return own.get(name, name)

    def _known(self) -> Known:
        return Known(self._segments.predicates(), self._words, self._zone)
