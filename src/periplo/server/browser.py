"""A browser and its system in two words, from what it calls itself."""

from __future__ import annotations

_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac", "Linux")
_MOST = 60


def short(browser: str) -> str:
    """``Firefox, Windows``; what is no browser is shown as it calls itself. The first that fits names it: most claim to
    be others too.
    """
    name = next((name for mark, name in _BROWSERS.items() if mark in browser), "")
    system = next((system for system in _SYSTEMS if system in browser), "")
    return ", ".join(one for one in (name, system) if one) or browser[:_MOST] or "–"
