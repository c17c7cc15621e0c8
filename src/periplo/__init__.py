"""Periplo: the open customer-journey platform for online shops.

    import periplo

    journeys = periplo.read("orders.parquet")              # a file, as an import would read it
    journeys = periplo.open("shop/").journeys()            # a shop
    journeys.funnel("Product Viewed", "Order Completed", within="7d")
    journeys.stages(), journeys.transitions(), journeys.kpis()
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
