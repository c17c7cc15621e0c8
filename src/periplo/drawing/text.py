"""Setting text into a given width: one line that is shortened, or several that are broken."""

from __future__ import annotations

from dataclasses import dataclass

from periplo.drawing.svg import clean, el, num, written
from periplo.drawing.typeface import Weight, width


@dataclass(frozen=True)
class Style:
    """A size of type. ``name`` is its class in the picture, ``leading`` the distance of two lines."""

    name: str
    size: float
    weight: Weight = "regular"

    @property
    def leading(self) -> float:
        return round(self.size * 1.36, 1)

    def width(self, text: str) -> float:
        return width(clean(text), self.size, self.weight)


TITLE = Style("t-title", 25, "medium")
NUMBER = Style("t-number", 19, "medium")
STAGE = Style("t-stage", 14, "medium")
STRONG = Style("t-strong", 11.5, "medium")
BODY = Style("t-body", 11.5)
SMALL = Style("t-small", 10.5)
TINY = Style("t-tiny", 10)
STYLES = (TITLE, NUMBER, STAGE, STRONG, BODY, SMALL, TINY)

ELLIPSIS = "…"


def shorten(text: str, style: Style, most: float) -> str:
    """``text``, cut with an ellipsis where it is wider than ``most``."""
    text = clean(text)
    if style.width(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if style.width(text[:middle].rstrip() + ELLIPSIS) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ·,;:.-") + ELLIPSIS if low else ""


def wrap(text: str, style: Style, most: float, lines: int) -> list[str]:
    """``text`` in at most ``lines`` lines no wider than ``most``; the last one is shortened where more remains."""
    rows: list[str] = []
    rest = clean(text)
    while rest and len(rows) < lines:
        if len(rows) == lines - 1:
            return [*rows, shorten(rest, style, most)]
        row, rest = _first_line(rest, style, most)
        rows.append(row)
    return rows


def line(x: float, y: float, text: str, style: Style, colour: str = "ink", *, end: bool = False) -> str:
    """One line of text, its baseline at ``y``, starting (or with ``end`` ending) at ``x``."""
    anchor = "end" if end else None
    return el("text", written(text), class_=f"{style.name} f-{colour}", x=num(x), y=num(y), text_anchor=anchor)


def fitted(x: float, y: float, text: str, style: Style, most: float, colour: str = "ink") -> str:
    """One line shortened to ``most``; where something was cut, the whole text is its tooltip."""
    shown = shorten(text, style, most)
    drawn = line(x, y, shown, style, colour)
    return drawn if shown == clean(text) else el("g", tooltip(text), drawn)


def paragraph(
    x: float, y: float, rows: list[str], style: Style, colour: str = "ink", *, leading: float | None = None
) -> str:
    """Lines under each other, the first baseline at ``y``."""
    step = style.leading if leading is None else leading
    return "".join(line(x, y + index * step, row, style, colour) for index, row in enumerate(rows))


def tooltip(text: str) -> str:
    return el("title", written(text))


def _first_line(text: str, style: Style, most: float) -> tuple[str, str]:
    words = text.split(" ")
    taken = 0
    while taken < len(words) and style.width(" ".join(words[: taken + 1])) <= most:
        taken += 1
    if taken:
        return " ".join(words[:taken]), " ".join(words[taken:])
    cut = _fitting(words[0], style, most)
    return words[0][:cut], " ".join([words[0][cut:], *words[1:]])


def _fitting(word: str, style: Style, most: float) -> int:
    """How many letters of a word too long for a line go into it: at least one."""
    return next((n for n in range(len(word) - 1, 1, -1) if style.width(word[:n]) <= most), 1)
