"""The map in a web page that is printed: page by page instead of the one picture of the screen."""

from __future__ import annotations

from pathlib import Path

from periplo.language import Lang
from periplo.maps.drawing.pages import pages, paper
from periplo.maps.reading import MapReading


def printed(reading: MapReading, lang: Lang, prefix: str = "pm-paper") -> str:
    """Markup to stand after the map as ``draw`` gives it, whose style it shares; only paper shows it."""
    sheets = "".join(pages(reading, lang, style=False, prefix=prefix))
    return f'<div class="paper {paper(reading)}" aria-hidden="true">{sheets}</div>'


def paper_css() -> str:
    """The style that goes with it: what has the class ``screen`` is not printed."""
    return Path(__file__).with_name("paper.css").read_text("utf-8")
