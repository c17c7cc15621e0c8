"""Colours of the picture in light and dark, and the style sheet that carries them.

Shapes name colours by token (class ``f-ink`` fills with ink, ``s-line`` strokes with line, ``c-a1`` is a gradient
stop), so the drawing is the same in every theme. A fixed theme writes its colours out, because paper and e-mail know no
media queries; ``auto`` writes variables that follow the reader's system, or ``data-theme`` on an element around.
"""

from __future__ import annotations

from typing import Literal

from periplo.maps.drawing.colours import mix
from periplo.maps.drawing.text import STYLES
from periplo.maps.drawing.typeface import FAMILY

Theme = Literal["light", "dark", "auto"]
Palette = dict[str, str]

HUES = 8

_LIGHT = ("#3f51a8", "#1f6ba8", "#0d7676", "#3d7239", "#8a5a0b", "#b0483b", "#99416f", "#6a4c9c")
_DARK = ("#8fa0f5", "#62b2ec", "#41c2b8", "#86c47c", "#dfae55", "#ee9080", "#e08fbd", "#b79df0")

LIGHT: Palette = {
    "bg": "#ffffff",
    "wash": "#f6f7f9",
    "ink": "#1a2230",
    "muted": "#566174",
    "line": "#e3e7ec",
    "rule": "#aeb7c4",
    "drop": "#c2413b",
    "open": "#7a8699",
    "warn": "#7a4b00",
    "warn-bg": "#fdf0d5",
    "on": "#ffffff",
}
DARK: Palette = {
    "bg": "#10151d",
    "wash": "#171e29",
    "ink": "#e9eef5",
    "muted": "#a0adbe",
    "line": "#273140",
    "rule": "#4a586c",
    "drop": "#f08078",
    "open": "#8996a9",
    "warn": "#f5cf8a",
    "warn-bg": "#3a2c10",
    "on": "#ffffff",
}


def _stages(base: Palette, hues: tuple[str, ...], head: float) -> Palette:
    """Per hue: ``a`` the accent, ``h`` the head of the column, ``t`` a track under bars, ``w`` the column's wash."""
    colours = dict(base)
    for number, hue in enumerate(hues, 1):
        colours[f"a{number}"] = hue
        colours[f"h{number}"] = mix(hue, base["bg"], head)
        colours[f"t{number}"] = mix(hue, base["bg"], 0.16)
        colours[f"w{number}"] = mix(hue, base["bg"], 0.035)
    return colours


PALETTES: dict[Literal["light", "dark"], Palette] = {
    "light": _stages(LIGHT, _LIGHT, 1.0),
    "dark": _stages(DARK, _DARK, 0.42),
}

TEXT_ON = (
    *(("ink", ground) for ground in ("bg", "wash", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("muted", ground) for ground in ("bg", "wash", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("drop", ground) for ground in ("bg", *(f"w{n}" for n in range(1, HUES + 1)))),
    *(("on", f"h{n}") for n in range(1, HUES + 1)),
    ("warn", "warn-bg"),
)
"""Every pair of text and ground the drawing uses; each must reach AA (4.5) in both themes."""


def style_sheet(theme: Theme, fonts: str = "") -> str:
    """The rules of one picture; ``fonts`` are ``@font-face`` rules to carry along."""
    return fonts + _BASE + _type() + (_auto() if theme == "auto" else _rules(PALETTES[theme]))


_BASE = (
    f".periplo-map{{font-family:{FAMILY};font-variant-ligatures:none}}"
    ".periplo-map a{cursor:pointer;text-decoration:none}"
    ".periplo-map a:hover text{text-decoration:underline}"
    ".periplo-map a:focus-visible{outline:2px solid currentColor;outline-offset:2px}"
)


def _type() -> str:
    return "".join(
        f".periplo-map .{style.name}{{font-size:{style.size}px;font-weight:{500 if style.weight == 'medium' else 400}}}"
        for style in STYLES
    )


def _rules(colours: Palette) -> str:
    return "".join(
        f".periplo-map .f-{name}{{fill:{colour}}}"
        f".periplo-map .s-{name}{{stroke:{colour}}}"
        f".periplo-map .c-{name}{{stop-color:{colour}}}"
        for name, colour in colours.items()
    )


def _auto() -> str:
    light, dark = (_variables(PALETTES[name]) for name in ("light", "dark"))
    return (
        f".periplo-map{{{light}color-scheme:light dark}}"
        f"@media (prefers-color-scheme:dark){{.periplo-map{{{dark}}}}}"
        f"[data-theme=light] .periplo-map{{{light}}}[data-theme=dark] .periplo-map{{{dark}}}"
        f"@media print{{.periplo-map,[data-theme] .periplo-map{{{light}}}}}"
        + _rules({name: f"var(--pm-{name})" for name in PALETTES["light"]})
    )


def _variables(colours: Palette) -> str:
    return "".join(f"--pm-{name}:{colour};" for name, colour in colours.items())
