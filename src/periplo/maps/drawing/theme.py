"""The colours of the map: those of every picture, and for each stage its own shades."""

from __future__ import annotations

from periplo.drawing import theme
from periplo.drawing.colours import mix
from periplo.drawing.theme import DARK, DARK_HUES, HUES, LIGHT, LIGHT_HUES, Palette, Palettes, Theme

ROOM = "periplo-map"


def _stages(base: Palette, hues: tuple[str, ...], head: float) -> Palette:
    """Per hue: ``a`` the accent, ``h`` the head of the column, ``t`` a track under bars, ``w`` the column's wash."""
    colours = dict(base)
    for number, hue in enumerate(hues, 1):
        colours[f"a{number}"] = hue
        colours[f"h{number}"] = mix(hue, base["bg"], head)
        colours[f"t{number}"] = mix(hue, base["bg"], 0.16)
        colours[f"w{number}"] = mix(hue, base["bg"], 0.035)
    return colours


PALETTES: Palettes = {"light": _stages(LIGHT, LIGHT_HUES, 1.0), "dark": _stages(DARK, DARK_HUES, 0.42)}

TEXT_ON = (
    *(("ink", ground) for ground in ("bg", "wash", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("muted", ground) for ground in ("bg", "wash", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("drop", ground) for ground in ("bg", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("on", f"h{n}") for n in range(1, HUES + 1)),
    ("warn", "warn-bg"),
)
"""Every pair of text and ground the drawing uses; each must reach AA (4.5) in both themes."""

_LINKS = (
    f".{ROOM} a{{cursor:pointer;text-decoration:none}}"
    f".{ROOM} a:hover text{{text-decoration:underline}}"
    f".{ROOM} a:focus-visible{{outline:2px solid currentColor;outline-offset:2px}}"
)


def style_sheet(which: Theme, fonts: str = "") -> str:
    """The rules of one map; ``fonts`` are ``@font-face`` rules to carry along."""
    return theme.style_sheet(ROOM, which, PALETTES, fonts + _LINKS)
