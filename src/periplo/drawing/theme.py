"""Colours of pictures in light and dark, and the style sheet that carries them.

Shapes name colours by token (class ``f-ink`` fills with ink, ``s-line`` strokes with line, ``c-a1`` is a gradient
stop), so a drawing is the same in every theme. A fixed theme writes its colours out, because paper and e-mail know no
media queries; ``auto`` writes variables that follow the reader's system, or ``data-theme`` on an element around.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from periplo.drawing.text import STYLES
from periplo.drawing.typeface import FAMILY

Theme = Literal["light", "dark", "auto"]
Palette = dict[str, str]
Palettes = Mapping[Literal["light", "dark"], Palette]

HUES = 8
LIGHT_HUES = ("#3f51a8", "#1f6ba8", "#0d7676", "#3d7239", "#8a5a0b", "#b0483b", "#99416f", "#6a4c9c")
DARK_HUES = ("#8fa0f5", "#62b2ec", "#41c2b8", "#86c47c", "#dfae55", "#ee9080", "#e08fbd", "#b79df0")
GROUNDS: dict[str, tuple[str, str]] = {
    "bg": ("#ffffff", "#10151d"),
    "wash": ("#f6f7f9", "#171e29"),
    "ink": ("#1a2230", "#e9eef5"),
    "muted": ("#566174", "#a0adbe"),
    "line": ("#e3e7ec", "#273140"),
    "rule": ("#aeb7c4", "#4a586c"),
    "drop": ("#c2413b", "#f08078"),
    "open": ("#7a8699", "#8996a9"),
    "warn": ("#7a4b00", "#f5cf8a"),
    "warn-bg": ("#fdf0d5", "#3a2c10"),
    "on": ("#ffffff", "#ffffff"),
}
LIGHT: Palette = {name: pair[0] for name, pair in GROUNDS.items()}
DARK: Palette = {name: pair[1] for name, pair in GROUNDS.items()}
PALETTES: Palettes = {
    "light": LIGHT | {f"a{n}": hue for n, hue in enumerate(LIGHT_HUES, 1)},
    "dark": DARK | {f"a{n}": hue for n, hue in enumerate(DARK_HUES, 1)},
}
"""Grounds and inks, and the accents ``a1`` to ``a8``."""


def style_sheet(room: str, theme: Theme, palettes: Palettes, more: str = "") -> str:
    """The rules of the pictures of one class ``room``; ``more`` are rules to carry along before them."""
    rules = _auto(room, palettes) if theme == "auto" else _rules(room, palettes[theme])
    return f"{more}.{room}{{font-family:{FAMILY};font-variant-ligatures:none}}{_type(room)}{rules}"


def _type(room: str) -> str:
    return "".join(
        f".{room} .{style.name}{{font-size:{style.size}px;font-weight:{500 if style.weight == 'medium' else 400}}}"
        for style in STYLES
    )


def _rules(room: str, colours: Palette) -> str:
    marks = (("f", "fill"), ("s", "stroke"), ("c", "stop-color"))
    return "".join(
        f".{room} .{mark}-{name}{{{what}:{colour}}}" for name, colour in colours.items() for mark, what in marks
    )


def _auto(room: str, palettes: Palettes) -> str:
    light, dark = (_variables(room, palettes[name]) for name in ("light", "dark"))
    return (
        f".{room}{{{light}color-scheme:light dark}}"
        f"@media (prefers-color-scheme:dark){{.{room}{{{dark}}}}}"
        f"[data-theme=light] .{room}{{{light}}}[data-theme=dark] .{room}{{{dark}}}"
        f"@media print{{.{room},[data-theme] .{room}{{{light}}}}}"
        + _rules(room, {name: f"var(--{room}-{name})" for name in palettes["light"]})
    )


def _variables(room: str, colours: Palette) -> str:
    return "".join(f"--{room}-{name}:{colour};" for name, colour in colours.items())
