"""The key figures above the map, each with its change to the period before."""

from __future__ import annotations

from typing import Any

import msgspec

from periplo.analysis.kpi.result import Kpi
from periplo.language import Lang, money, number, percent, t
from periplo.server.desk import Desk
from periplo.server.query import View

MOST = 6
FIRST = (
    "revenue",
    "orders",
    "average_order_value",
    "conversion_rate",
    "cart_abandonment",
    "repeat_purchase_rate",
    "refund_rate",
    "time_between_orders",
)


def figures(desk: Desk, view: View, lang: Lang) -> list[dict[str, Any]]:
    """The first few that the data allow."""
    kpis = [kpi for kpi in desk.kpis(view).values if kpi.value is not None and kpi.group is None]
    places = {name: place for place, name in enumerate(FIRST)}
    kpis.sort(key=lambda kpi: places.get(kpi.id, len(places)))
    return [_figure(kpi, view, lang) for kpi in kpis[:MOST]]


def _figure(kpi: Kpi, view: View, lang: Lang) -> dict[str, Any]:
    ref = f"kpi/{kpi.id}"
    return {
        "id": f"{kpi.id}-{kpi.currency}" if kpi.currency else kpi.id,
        "ref": ref,
        "link": f"/customers{view.query(ref=ref)}",
        "label": t(kpi.label, lang),
        "meaning": kpi.explain(lang),
        "value": _value(kpi, kpi.value, lang),
        "change": _change(kpi.change, lang),
        "before": _value(kpi, kpi.before, lang),
        "tone": _tone(kpi),
        "note": t("n = {n}", lang, n=number(kpi.n, lang)),
    }


def _value(kpi: Kpi, value: float | None, lang: Lang) -> str:
    """Large sums without cents: they are to be read at a glance."""
    if value is not None and kpi.unit == "money" and kpi.currency and abs(value) >= 1e6:
        return money(value, kpi.currency, lang, whole=True)
    return msgspec.structs.replace(kpi, value=value).tell(lang)


def _change(change: float | None, lang: Lang) -> str | None:
    if change is None:
        return None
    sign = "▲" if change > 0 else "▼" if change < 0 else "="
    return f"{sign} {percent(abs(change), lang)}"


def _tone(kpi: Kpi) -> str:
    if not kpi.change:
        return "even"
    return "good" if (kpi.change > 0) != (kpi.less_is_better) else "bad"
