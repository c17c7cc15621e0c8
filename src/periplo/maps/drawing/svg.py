"""Writing SVG: elements as strings, with everything that comes from outside escaped."""

from __future__ import annotations

from html import escape


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


def clean(text: str) -> str:
    """``text`` on one line and without signs that XML forbids or that turn the reading direction of what follows."""
    kept = "".join(ch for ch in text if _allowed(ch))
    return " ".join(kept.split())


def written(text: str) -> str:
    """``text`` as the inside of an element."""
    return escape(clean(text), quote=False)


def num(value: float) -> str:
    """A number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def _value(value: object) -> str:
    return num(value) if isinstance(value, float) else str(value)


def _allowed(ch: str) -> bool:
    code = ord(ch)
    control = code < 0x20 and ch not in "\t\n\r"
    turning = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or 0xD800 <= code <= 0xDFFF
    return not (control or turning or 0x7F <= code <= 0x9F or code in (0xFFFE, 0xFFFF))
