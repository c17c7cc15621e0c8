"""The maps of a shop: its own files, and the templates."""

from __future__ import annotations

from pathlib import Path

from periplo.errors import UnknownName
from periplo.maps import MapDefinition, templates
from periplo.maps.checks import Known

SUFFIX = ".journey.yaml"
DEFAULT, TEMPLATE = "default", "retail"


def map_files(folder: Path) -> dict[str, Path]:
    """The shop's own maps by name."""
    return {file.name.removesuffix(SUFFIX): file for file in sorted(folder.glob(f"*{SUFFIX}"))}


def map_names(folder: Path) -> list[str]:
    """The names of the shop's own maps, then of the templates."""
    own = map_files(folder)
    return [*own, *(name for name in templates() if name not in own)]


def load_map(folder: Path, name: str | None, known: Known) -> MapDefinition:
    """A map by name, or by the path of its file; None: the shop's own ``default``, else the template for retail.

    Raises ``UnknownName``, and ``BadMap`` with the place in the file.
    """
    own = map_files(folder)
    if name is None:
        name = DEFAULT if DEFAULT in own else TEMPLATE
    if name.endswith((".yaml", ".yml")):
        return MapDefinition.load(Path(name), known)
    if name not in map_names(folder):
        raise UnknownName("map", name, map_names(folder))
    return MapDefinition.load(own.get(name, name), known)
