"""Orders that several sources tell of, as a shop's pages and its webhooks: each counts, so there seem to be more."""

from __future__ import annotations

from periplo.workspace.engine import engine
from periplo.workspace.stores import Stores


def told_twice(stores: Stores) -> dict[str, int]:
    """How many orders the same sources tell of, by the names of these. One order has one number, be it the one that
    people know, and one amount."""
    wanted = ["source", "event", "order_id", "revenue_minor", "currency", "properties"]
    with engine(stores.places.cache) as database:
        database.register("events", stores.events(wanted, 0, stores.log.settled(), _ORDERS))
        return dict(database.sql(_TWICE).fetchall())


_ORDERS = "event = 'Order Completed' AND order_id IS NOT NULL AND revenue_minor > 0"
_TWICE = f"""
    WITH told AS (
        SELECT source, unnest([order_id, properties ->> 'order_name']) AS number, revenue_minor, currency
        FROM events WHERE {_ORDERS}
    ), orders AS (
        SELECT string_agg(DISTINCT source, ', ' ORDER BY source) AS sources
        FROM told WHERE number IS NOT NULL
        GROUP BY ltrim(number, '#'), revenue_minor, currency HAVING count(DISTINCT source) > 1
    )
    SELECT sources, count(*) FROM orders GROUP BY sources ORDER BY sources
"""
