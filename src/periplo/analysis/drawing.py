"""A result drawn for a notebook: one small piece of HTML, no script, its colours follow the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_TABLE = "border-collapse:collapse;font:13px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums"
_HEAD = "padding:2px 14px 5px 0;font-weight:500;opacity:.6;border-bottom:1px solid #8885"
_CELL = "padding:3px 14px 3px 0;border-bottom:1px solid #8882"
_BAR = 160


def draw(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], left: int, bars: Sequence[float], note: str
) -> str:
    """A table with an optional bar per row, and its definition and evidence below."""
    shares = [*bars, *[None] * (len(rows) - len(bars))]
    top = _row("th", _HEAD, heads, left) + (f'<th style="{_HEAD}"></th>' if bars else "")
    body = "".join(
        f"<tr>{_row('td', _CELL, row, left)}{_bar(share)}</tr>" for row, share in zip(rows, shares, strict=True)
    )
    return (
        f'<figure style="margin:.4em 0;max-width:60em"><figcaption style="font:600 14px system-ui,sans-serif;'
        f'margin-bottom:6px">{escape(title)}</figcaption><table style="{_TABLE}"><thead><tr>{top}</tr></thead>'
        f'<tbody>{body}</tbody></table><p style="font:12px/1.4 system-ui,sans-serif;opacity:.65;margin:6px 0 0">'
        f"{escape(note)}</p></figure>"
    )


def _row(tag: str, style: str, cells: Sequence[str], left: int) -> str:
    return "".join(
        f'<{tag} style="{style};text-align:{"left" if place < left else "right"}">{escape(cell)}</{tag}>'
        for place, cell in enumerate(cells)
    )


def _bar(share: float | None) -> str:
    if share is None:
        return ""
    width = _BAR * min(max(share, 0.0), 1.0)
    return (
        f'<td style="{_CELL}"><svg width="{_BAR}" height="10" role="img" aria-hidden="true">'
        f'<rect width="{_BAR}" height="10" rx="3" fill="#8883"/>'
        f'<rect width="{width:.1f}" height="10" rx="3" fill="#2a7f8e"/></svg></td>'
    )
