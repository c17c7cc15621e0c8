"""The few shapes that pictures are made of."""

from __future__ import annotations

from periplo.drawing.svg import el, num


def rect(x: float, y: float, width: float, height: float, colour: str, *, round_: float = 0, opacity: float = 1) -> str:
    """A filled rectangle; ``colour`` is a token of the theme."""
    return el(
        "rect",
        class_=f"f-{colour}",
        x=num(x),
        y=num(y),
        width=num(width),
        height=num(height),
        rx=num(round_) if round_ else None,
        opacity=num(opacity) if opacity < 1 else None,
    )


def fill(path: str, colour: str) -> str:
    return el("path", d=path, class_=f"f-{colour}")


def shade(path: str, gradient: str) -> str:
    """An area filled with a gradient by its id."""
    return el("path", d=path, fill=f"url(#{gradient})")


def stroke(path: str, colour: str, width: float = 1, dashes: str | None = None) -> str:
    """A line along a path."""
    return el(
        "path",
        d=path,
        class_=f"s-{colour}",
        fill="none",
        stroke_width=num(width),
        stroke_dasharray=dashes,
        stroke_linecap="round",
    )


def rule(x1: float, x2: float, y: float, colour: str = "line", dashes: str | None = None) -> str:
    """A hairline from left to right."""
    return el("line", class_=f"s-{colour}", x1=num(x1), x2=num(x2), y1=num(y), y2=num(y), stroke_dasharray=dashes)


def dot(x: float, y: float, radius: float, colour: str) -> str:
    return el("circle", class_=f"f-{colour}", cx=num(x), cy=num(y), r=num(radius))


def gradient(name: str, stops: list[tuple[float, str, float]], box: tuple[float, float, float, float]) -> str:
    """A linear gradient from (x1, y1) to (x2, y2) of ``box``, in px; a stop is (offset, colour, opacity)."""
    x1, y1, x2, y2 = (num(side) for side in box)
    shades = (el("stop", offset=num(at), class_=f"c-{colour}", stop_opacity=num(dim)) for at, colour, dim in stops)
    return el("linearGradient", *shades, id=name, gradientUnits="userSpaceOnUse", x1=x1, y1=y1, x2=x2, y2=y2)


def path(*parts: str | float) -> str:
    """Path data from letters and numbers."""
    return " ".join(part if isinstance(part, str) else num(part) for part in parts)
