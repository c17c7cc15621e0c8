"""Colours of pictures in light and dark, and the style sheet that carries them.

Shapes name colours by token (class ``f-ink`` fills with ink, ``s-line`` strokes with line), so that a drawing is the
same in every theme. ``auto`` follows the reader's system, or ``data-theme`` on an element around the picture.
"""

from __future__ import annotations

from typing import Literal

from periplo.analysis.charts.text import STYLES
from periplo.analysis.charts.typeface import FAMILY

Theme = Literal["light", "dark", "auto"]
Palette = dict[str, str]
ROOM = ".periplo-chart"
HUES = 8

_LIGHT = ("#3f51a8", "#1f6ba8", "#0d7676", "#3d7239", "#8a5a0b", "#b0483b", "#99416f", "#6a4c9c")
_DARK = ("#8fa0f5", "#62b2ec", "#41c2b8", "#86c47c", "#dfae55", "#ee9080", "#e08fbd", "#b79df0")
_GROUNDS: dict[str, tuple[str, str]] = {
    "bg": ("#ffffff", "#10151d"),
    "wash": ("#f6f7f9", "#171e29"),
    "ink": ("#1a2230", "#e9eef5"),
    "muted": ("#566174", "#a0adbe"),
    "line": ("#e3e7ec", "#273140"),
    "rule": ("#aeb7c4", "#4a586c"),
    "drop": ("#c2413b", "#f08078"),
    "open": ("#7a8699", "#8996a9"),
}
PALETTES: dict[Literal["light", "dark"], Palette] = {
    "light": {name: pair[0] for name, pair in _GROUNDS.items()} | {f"a{n}": hue for n, hue in enumerate(_LIGHT, 1)},
    "dark": {name: pair[1] for name, pair in _GROUNDS.items()} | {f"a{n}": hue for n, hue in enumerate(_DARK, 1)},
}


def style_sheet(theme: Theme, fonts: str = "") -> str:
    """The rules of one picture; ``fonts`` are ``@font-face`` rules to carry along."""
    rules = _auto() if theme == "auto" else _rules(PALETTES[theme])
    return f"{fonts}{ROOM}{{font-family:{FAMILY};font-variant-ligatures:none}}{_type()}{rules}"


def _type() -> str:
    return "".join(
        f"{ROOM} .{style.name}{{font-size:{style.size}px;font-weight:{500 if style.weight == 'medium' else 400}}}"
        for style in STYLES
    )


def _rules(colours: Palette) -> str:
    return "".join(
        f"{ROOM} .f-{name}{{fill:{colour}}}{ROOM} .s-{name}{{stroke:{colour}}}" for name, colour in colours.items()
    )


def _auto() -> str:
    light, dark = (_variables(PALETTES[name]) for name in ("light", "dark"))
    return (
        f"{ROOM}{{{light}color-scheme:light dark}}"
        f"@media (prefers-color-scheme:dark){{{ROOM}{{{dark}}}}}"
        f"[data-theme=light] {ROOM}{{{light}}}[data-theme=dark] {ROOM}{{{dark}}}"
        f"@media print{{{ROOM},[data-theme] {ROOM}{{{light}}}}}"
        + _rules({name: f"var(--pc-{name})" for name in PALETTES["light"]})
    )


def _variables(colours: Palette) -> str:
    return "".join(f"--pc-{name}:{colour};" for name, colour in colours.items())
