"""Periplo: the open customer-journey platform for online shops.

``periplo.read("orders.parquet")`` reads a file as an import would; ``periplo.open("shop/").journeys()`` are those of a
shop. Both answer ``.funnel("Product Viewed", "Order Completed", within="7d")``, ``.stages()``, ``.transitions()``,
``.kpis()``; docs/start walks through it.
"""

import atexit
import gc
import sys
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


@atexit.register
def _let_go() -> None:
    """At the end all memory goes back at once: looking through it first would take longer than many a question.
    Only DuckDB wants it looked through: it tells of whatever of its own is still there."""
    if "duckdb" in sys.modules:
        gc.unfreeze()
    else:
        gc.freeze()


def __getattr__(name: str) -> Any:
    """What only Spark needs is loaded when it is first asked for."""
    if name != "on_spark":
        raise AttributeError(name)
    from periplo.workspace import on_spark

    return on_spark
