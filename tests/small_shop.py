"""A small shop made by hand, whose every number can be counted on one's fingers.

Ana comes from an ad, buys on the web, gets her parcel and buys again in the app. Luis leaves a cart in the app in
January. Eva looks at a product in February; Iker buys in the store with his card; somebody unknown sees a page on
1 March, the last event. One customer's name is an attack.
"""

from __future__ import annotations

import atexit
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import mkdtemp

from periplo.events.model import Event
from periplo.workspace import Shop

ATTACK = "<script>alert('x')</script>"
SETTINGS = 'name = "Faro"\ncurrency = "EUR"\ntime_zone = "Europe/Madrid"\ncountry = "ES"\nsimulated = true\n'


def event(name: str, when: str, channel: str = "web", **fields: object) -> Event:
    """One event; ``when`` is UTC such as ``2026-01-05 10:00``."""
    at = datetime.fromisoformat(when).replace(tzinfo=UTC)
    key = f"{name}, {channel}, {when}"
    return Event(source="test", event_id=key, event=name, channel=channel, occurred_at=at, **fields)  # type: ignore[arg-type]


def order(when: str, minor: int, channel: str, number: str, **fields: object) -> Event:
    return event("Order Completed", when, channel, order_id=number, revenue_minor=minor, currency="EUR", **fields)


def events() -> list[Event]:
    ana = {"user_id": "ana", "email": "ana@example.com", "device": "mobile"}
    return [
        event("Ad Clicked", "2026-01-05 09:58", "ads", campaign="january", **ana),
        event("Page Viewed", "2026-01-05 10:00", page="/", **ana),
        event("Product Viewed", "2026-01-05 10:01", product_id="lamp", title="Blue lamp", **ana),
        event("Product Added", "2026-01-05 10:05", product_id="lamp", quantity=2, **ana),
        event("Checkout Started", "2026-01-05 10:06", **ana),
        order("2026-01-05 10:09", 4990, "web", "A-1", **ana),
        event("Order Shipped", "2026-01-08 08:00", "email", order_id="A-1", **ana),
        event("Email Clicked", "2026-01-20 18:00", "email", **ana),
        order("2026-01-21 23:30", 2000, "app", "A-2", **ana),
        event("Product Viewed", "2026-01-10 12:00", "app", user_id="luis", device="mobile"),
        event("Product Added", "2026-01-10 12:02", "app", user_id="luis", device="mobile"),
        event("Product Viewed", "2026-02-20 16:00", user_id="eva", device="desktop"),
        event("Product Viewed", "2026-02-21 16:00", user_id=ATTACK, title=ATTACK, query=ATTACK),
        order("2026-02-25 11:00", 1250, "store", "S-1", loyalty_card="777"),
        event("Page Viewed", "2026-03-01 09:00", page="/", anonymous_id="visitor-1"),
    ]


def make(folder: Path) -> Path:
    """The shop in ``folder/shop``, closed."""
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS, "utf-8")
    with Shop.create(folder / "shop", settings_file=settings) as shop:
        shop.record(events())
    return folder / "shop"


@cache
def made() -> Path:
    """The shop, made once for all tests of a run that only read it."""
    folder = Path(mkdtemp(prefix="periplo-small-shop-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    return make(folder)


def copied(folder: Path) -> Path:
    """A shop of its own for a test that writes to it."""
    return Path(copytree(made(), folder / "shop"))
