"""What the address of a page says: its path, and the campaign it came with."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit


def path_of(page: str) -> str | None:
    """The path of an address; the name of a screen as it is."""
    if "/" not in page:
        return page
    try:
        return urlsplit(page).path or "/"
    except ValueError:
        return None


def utm(name: str, page: str) -> str | None:
    """The parameter ``utm_<name>`` of an address, or None."""
    if f"utm_{name}=" not in page:
        return None
    try:
        return parse_qs(urlsplit(page).query).get(f"utm_{name}", [None])[0]
    except ValueError:
        return None
