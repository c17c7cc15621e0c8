"""Writing SVG: elements as strings, with everything that comes from outside escaped."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def el(tag: str, *children: str, **attributes: object) -> str:
    """One element. ``_`` in a name becomes ``-``, a trailing ``_`` falls away; None leaves the attribute out."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>"


def group(*children: str, x: float = 0, y: float = 0, **attributes: object) -> str:
    """Elements moved together."""
    moved = f"translate({num(x)} {num(y)})" if x or y else None
    return el("g", *children, transform=moved, **attributes)


@lru_cache(maxsize=20_000)
def clean(text: str) -> str:
    """``text`` on one line and without signs that XML forbids or that turn the reading direction of what follows."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def written(text: str) -> str:
    """``text`` as the inside of an element."""
    return escape(clean(text), quote=False)


def num(value: float) -> str:
    """A number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _value(value: object) -> str:
    return num(value) if isinstance(value, float) else str(value)
