"""Periplo: the open customer-journey platform for online shops.

``periplo.read("orders.parquet")`` reads a file as an import would; ``periplo.open("shop/").journeys()`` are those of a
shop. Both answer ``.funnel("Product Viewed", "Order Completed", within="7d")``, ``.stages()``, ``.transitions()``,
``.kpis()``; docs/start walks through it.
"""

import atexit
import gc
from typing import TYPE_CHECKING, Any

_collecting = gc.isenabled()
gc.disable()  # what is imported stays: looking through it for garbage took a quarter of a start

from periplo.analysis import (  # noqa: E402
    Cohorts,
    Cycles,
    FunnelResult,
    Journeys,
    Kpis,
    Result,
    Sessions,
    StageFlow,
    Transitions,
)
from periplo.workspace import Filters, Shop, open, read  # noqa: E402

gc.freeze()
atexit.register(gc.unfreeze)  # for those who tell at the end what is still there
if _collecting:
    gc.enable()

if TYPE_CHECKING:
    from periplo.workspace import on_spark

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
    "on_spark",
    "open",
    "read",
]


def __getattr__(name: str) -> Any:
    """What only Spark needs is loaded when it is first asked for."""
    if name != "on_spark":
        raise AttributeError(name)
    from periplo.workspace import on_spark

    return on_spark
