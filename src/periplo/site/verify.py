"""The whole examination: the page as it is read, its collector, and the page as a browser opens it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from periplo.site.chromium import find_chromium
from periplo.site.collector import check_key, check_script
from periplo.site.findings import Finding, finding
from periplo.site.page import Page, origin_of, read_page
from periplo.site.policy import allows
from periplo.site.visit import SETTLES_S, Visit, visit

NEEDED = {
    "Product Viewed": ("product_id|sku", "price", "currency"),
    "Product Added": ("product_id|sku", "quantity"),
    "Order Completed": ("order_id", "total|revenue", "currency", "products"),
}
"""Properties without which a figure lacks its base; either of those with a bar between."""


class Report(msgspec.Struct, frozen=True):
    """``healthy``: nothing found is an error."""

    url: str
    healthy: bool
    findings: list[Finding]


def verify(url: str, newest: bytes, *, browser: bool = True, grant: bool = False) -> Report:
    """``newest``: the tracker that this Periplo has; ``grant``: the browser's visitor consents. Raises ``UsageError``,
    ``DataError``."""
    page = read_page(url)
    found = [*_read(page, newest)]
    program = find_chromium() if browser else None
    if program:
        found += _opened(program, page, found, grant)
    elif browser:
        found.append(finding("no_browser"))
    return Report(page.url, not any(one.level == "error" for one in found), found)


def _read(page: Page, newest: bytes) -> Iterator[Finding]:
    if not page.tags:
        yield finding("no_tracker")
        return
    tag = page.tags[0]
    yield finding("tracker", key=tag.key or "-", host=origin_of(tag.batch), consent=tag.consent)
    if len(page.tags) > 1:
        yield finding("twice", n=len(page.tags))
    if not allows(page, "script", tag.src):
        yield finding("script_forbidden", host=origin_of(tag.src))
    if not allows(page, "connect", tag.batch):
        yield finding("sending_forbidden", host=origin_of(tag.batch))
    yield from check_script(tag, newest)
    yield check_key(page, tag) if tag.key else finding("no_key")


def _opened(program: str, page: Page, found: list[Finding], grant: bool) -> Iterator[Finding]:
    try:
        seen = visit(program, page.url, grant=grant)
    except OSError as error:
        yield finding("browser_failed", problem=error)
        return
    if seen.there and not page.tags:
        found[:] = [one for one in found if one.code != "no_tracker"]
        yield finding("by_script")
    if seen.there or seen.sent:
        yield from _delivered(page, seen, seen.consent or (page.tags[0].consent if page.tags else "pending"))
        yield from _complete(page, seen)


def _delivered(page: Page, seen: Visit, consent: str) -> Iterator[Finding]:
    refused = next((one for one in seen.sent if one.status != 200), None)
    if refused:
        yield finding("refused", problem=refused.problem or f"HTTP {refused.status}")
    elif seen.sent:
        names = Counter(_name(event) for event in seen.events)
        yield finding("arrived", n=len(seen.events), names=", ".join(names))
    elif consent == "granted":
        yield finding("nothing_sent", seconds=round(SETTLES_S), consent=consent)
    else:
        yield finding("pending", consent=consent)
    views = Counter(event["context"]["page"]["url"] for event in seen.events if event.get("type") == "page")
    if views and max(views.values()) > 1:
        yield finding("double", n=max(views.values()))


def _complete(page: Page, seen: Visit) -> Iterator[Finding]:
    told = {_name(event): event.get("properties") or {} for event in seen.events}
    if page.product and seen.sent and "Product Viewed" not in told:
        yield finding("no_product")
    for event in told.keys() & NEEDED.keys():
        lacking = [names for names in NEEDED[event] if not any(told[event].get(name) for name in names.split("|"))]
        if lacking:
            yield finding("lacking", event=event, names=", ".join(names.replace("|", " / ") for names in lacking))


def _name(event: dict[str, object]) -> str:
    return str(event.get("event") or event.get("type"))
