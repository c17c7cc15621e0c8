"""A result drawn for a notebook: its chart and its table, one piece of HTML, no script, its colours follow the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from periplo.analysis.result import Shown

_TABLE = "border-collapse:collapse;font:13px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums"
_HEAD = "padding:2px 14px 5px 0;font-weight:500;opacity:.6;border-bottom:1px solid #8885"
_SUMMARY = "font:600 14px system-ui,sans-serif;margin:6px 0"
_CELL = "padding:3px 14px 3px 0;border-bottom:1px solid #8882"


def draw(shown: Shown, note: str, chart: str) -> str:
    """The chart, an SVG, then the table with its definition and evidence below."""
    top = _row("th", _HEAD, shown.heads, shown.left)
    body = "".join(f"<tr>{_row('td', _CELL, row, shown.left)}</tr>" for row in shown.rows)
    return (
        f'<figure style="margin:.4em 0;max-width:60em">{chart}<details><summary style="{_SUMMARY}">'
        f"{escape(shown.title)}</summary>"
        f'<table style="{_TABLE}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        f'<p style="font:12px/1.4 system-ui,sans-serif;opacity:.65;margin:6px 0 0">{escape(note)}</p>'
        "</details></figure>"
    )


def _row(tag: str, style: str, cells: Sequence[str], left: int) -> str:
    return "".join(
        f'<{tag} style="{style};text-align:{"left" if place < left else "right"}">{escape(cell)}</{tag}>'
        for place, cell in enumerate(cells)
    )
