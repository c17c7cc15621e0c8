"""Setting text into a given width, as charts do."""

from periplo.analysis.charts.text import (
    BODY,
    ELLIPSIS,
    NUMBER,
    SMALL,
    STAGE,
    STRONG,
    STYLES,
    TINY,
    TITLE,
    Style,
    fitted,
    line,
    paragraph,
    shorten,
    tooltip,
    wrap,
)

__all__ = [
    "BODY",
    "ELLIPSIS",
    "NUMBER",
    "SMALL",
    "STAGE",
    "STRONG",
    "STYLES",
    "TINY",
    "TITLE",
    "Style",
    "fitted",
    "line",
    "paragraph",
    "shorten",
    "tooltip",
    "wrap",
]
