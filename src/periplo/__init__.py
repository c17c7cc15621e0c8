"""Periplo: the open customer-journey platform for online shops.

``periplo.read("orders.parquet")`` reads a file as an import would; ``periplo.open("shop/").journeys()`` are those of a
shop. Both answer ``.funnel("Product Viewed", "Order Completed", within="7d")``, ``.stages()``, ``.transitions()``,
``.kpis()``; docs/start walks through it.
"""

from periplo.analysis import Cohorts, Cycles, FunnelResult, Journeys, Kpis, Result, Sessions, StageFlow, Transitions
from periplo.workspace import Filters, Shop, open, read

__all__ = [
    "Cohorts",
    "Cycles",
    "Filters",
    "FunnelResult",
    "Journeys",
    "Kpis",
    "Result",
    "Sessions",
    "Shop",
    "StageFlow",
    "Transitions",
    "open",
    "read",
]
