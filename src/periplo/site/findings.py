"""What can be said of a site, each with its level and its text."""

from __future__ import annotations

from typing import Literal

import msgspec

from periplo.language import Lang, t

Level = Literal["ok", "note", "warning", "error"]

TEXTS: dict[str, tuple[Level, str]] = {
    "tracker": ("ok", "The tracker is on the page: write key {key}, host {host}, consent {consent}."),
    "no_tracker": ("error", "The tracker is not on the page. Put its tag into the head of every page."),
    "by_script": ("note", "The tracker is not in the page itself; a script puts it there."),
    "no_key": ("error", "The tag has no data-key, and nothing starts the tracker with one."),
    "twice": ("error", "The tag is {n} times on the page; one is enough, and different keys count visits twice."),
    "no_script": ("error", "{url} does not give the tracker: {problem}."),
    "other_version": ("warning", "{url} gives another version of the tracker than this Periplo has."),
    "script_forbidden": ("error", "The page's Content-Security-Policy forbids the script: add {host} to script-src."),
    "sending_forbidden": ("error", "The page's Content-Security-Policy forbids sending: add {host} to connect-src."),
    "collector": ("ok", "The collector takes events of this site with this key."),
    "unknown_key": (
        "error",
        "The collector does not know the write key {key}. See the keys: periplo sources list SHOP",
    ),
    "foreign_site": (
        "error",
        "The collector takes nothing from {origin}. Allow it: periplo sources allow SHOP NAME {origin}",
    ),
    "no_collector": ("error", "The collector at {host} does not answer as it should: {problem}."),
    "pending": ("note", "Consent is {consent}, so the browser sent nothing. See what it would send: --grant"),
    "arrived": (
        "ok",
        "A real browser sent {n} {n:event and the collector took it|events and the collector took them}: {names}.",
    ),
    "nothing_sent": ("error", "A real browser sent nothing within {seconds} s, although consent is {consent}."),
    "refused": ("error", "The collector refused what a real browser sent: {problem}."),
    "double": ("error", "One visit sent {n} page views of the same page: something tracks it twice."),
    "no_product": ("warning", "This looks like a product's page, but no Product Viewed was sent."),
    "lacking": ("warning", "{event} lacks {names}."),
    "no_browser": (
        "note",
        "Chromium is not there, so the page was read but not opened. Install it, or set PERIPLO_CHROMIUM.",
    ),
    "browser_failed": ("warning", "Chromium could not open the page: {problem}."),
}


class Finding(msgspec.Struct, frozen=True):
    """``code`` is one of ``TEXTS``, filled with ``values``."""

    code: str
    level: Level
    values: dict[str, str]

    def tell(self, lang: Lang) -> str:
        return t(TEXTS[self.code][1], lang, **self.values)


def finding(code: str, **values: object) -> Finding:
    return Finding(code, TEXTS[code][0], {name: str(value) for name, value in values.items()})
