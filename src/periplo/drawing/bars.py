"""A row of small bars: how much there was, day by day, small enough to stand in a line of text."""

from __future__ import annotations

from collections.abc import Sequence

from periplo.drawing.svg import el, num, written

WIDTH, HEIGHT, GAP = 240.0, 40.0, 2.0
_LEAST = 2.0


def bars(values: Sequence[float], told: Sequence[str], title: str, colour: str = "a1") -> str:
    """An SVG with one bar for each value, not negative; ``told`` says what each is, ``title`` what all are."""
    most, step = max(values, default=0) or 1, WIDTH / max(1, len(values))
    drawn = (
        _bar(place * step, step - GAP, HEIGHT * value / most, colour if value else "line", text)
        for place, (value, text) in enumerate(zip(values, told, strict=True))
    )
    box = f"0 0 {num(WIDTH)} {num(HEIGHT)}"
    return el("svg", *drawn, viewBox=box, class_="bars", role="img", aria_label=title, preserveAspectRatio="none")


def _bar(x: float, width: float, height: float, colour: str, text: str) -> str:
    high = max(_LEAST, height)
    place = {"x": num(x), "y": num(HEIGHT - high), "width": num(width), "height": num(high)}
    return el("rect", el("title", written(text)), class_=f"f-{colour}", rx="1", **place)
