"""Small line icons of the lanes, on a 16 x 16 grid."""

from __future__ import annotations

from periplo.drawing.svg import el, group

_PATHS = {
    "customers": "M8 2.5a2.6 2.6 0 1 1 0 5.2a2.6 2.6 0 0 1 0-5.2zM2.8 13.6c.5-2.8 2.5-4.2 5.2-4.2s4.7 1.4 5.2 4.2",
    "touchpoints": "M8 2.2a4.3 4.3 0 0 1 4.3 4.3c0 3-4.3 7.3-4.3 7.3S3.7 9.5 3.7 6.5A4.3 4.3 0 0 1 8 2.2z"
    "M8 5a1.5 1.5 0 1 1 0 3a1.5 1.5 0 0 1 0-3z",
    "actions": "M4 2.5l8.5 5.2l-3.9.9l2.3 4.3l-1.9 1l-2.3-4.3L4 12.3z",
    "channels": "M2.5 4h3.2c3.6 0 1 8 4.6 8h3.2M2.5 12h3.2c3.6 0 1-8 4.6-8h3.2",
    "content": "M3.5 2.5h9v11h-9zM5.8 5.6h4.4M5.8 8h4.4M5.8 10.4h2.6",
    "entries": "M9.5 2.8h3.7v10.4H9.5M2.5 8h7M6.7 5.2L9.5 8l-2.8 2.8",
    "exits": "M6.5 2.8H2.8v10.4h3.7M6.2 8h7.3M10.7 5.2L13.5 8l-2.8 2.8",
    "time": "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM8 5v3.2l2.2 1.5",
    "drop_off": "M2.5 4.5h3c3.5 0 4 2 4 4.5v4M7 10.7L9.5 13.2L12 10.7",
    "metrics": "M3 13.2V9M6.4 13.2V5.8M9.7 13.2V8M13 13.2V3",
    "emotion": "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zM5.6 9.3c1.2 1.8 3.6 1.8 4.8 0M6.2 6.3v.4M9.8 6.3v.4",
    "goals": "M3.5 13.7V2.6h8.3L10 5.3l1.8 2.7H3.5",
    "thoughts": "M3 3.2h10v7H7.5L4.7 13v-2.8H3z",
    "pains": "M9 2.2L3.8 9h3.7l-.7 4.8L12.2 7H8.3z",
    "opportunities": "M8 2.3a4 4 0 0 1 2.2 7.3v1.7H5.8V9.6A4 4 0 0 1 8 2.3zM6.3 13.6h3.4",
    "backstage": "M2.5 3h11M2.5 3v7c2.2 0 3.6-2.5 3.6-7M13.5 3v7c-2.2 0-3.6-2.5-3.6-7M2.5 13h11",
    "owner": "M3 4.2h10V13H3zM6 4.2V2.6h4v1.6M8 7a1.2 1.2 0 1 1 0 2.4A1.2 1.2 0 0 1 8 7z",
    "note": "M3 3h10v6.7L9.7 13H3zM13 9.7H9.7V13",
}
_MARK = (
    "M3 12.5h10c-.6 1.3-1.6 2-3 2H6c-1.4 0-2.4-.7-3-2zM7.6 10.5v-9c3 1.5 4.9 4.6 5 9z"
    "M6.4 10.5H3.3c.2-2.6 1.3-4.6 3.1-6z"
)


def icon(name: str, x: float, y: float, colour: str = "muted") -> str:
    """The icon of a lane, or a note for a lane that has none; its upper left corner at ``x, y``."""
    shape = el(
        "path",
        d=_PATHS.get(name, _PATHS["note"]),
        class_=f"s-{colour}",
        fill="none",
        stroke_width="1.2",
        stroke_linejoin="round",
        stroke_linecap="round",
    )
    return group(shape, x=x, y=y, aria_hidden="true")


def mark(x: float, y: float, scale: float, colour: str = "a1") -> str:
    """Periplo's little boat."""
    moved = f"translate({x:g} {y:g}) scale({scale:g})"
    return el("path", d=_MARK, class_=f"f-{colour}", transform=moved, aria_hidden="true")
