"""What a number is called, from its reference: "Consideration · dropped"."""

from __future__ import annotations

from periplo.language import Lang, t
from periplo.maps import MapReading
from periplo.server.desk import Desk
from periplo.server.query import View

FLOW = {
    "customers": "in this stage now",
    "entered": "entered",
    "went_on": "went on",
    "dropped": "dropped",
    "still_open": "still open",
}


def title_of(desk: Desk, view: View, ref: str | None, lang: Lang) -> str:
    """The number's name; a reference without one is shown as it is."""
    if not ref:
        return t("All customers of this period", lang)
    match ref.split("/"):
        case ["evidence", "customers"]:
            return t("All known customers of the map", lang)
        case ["evidence", "events"]:
            return t("All customers of the map, also those known by one order only", lang)
        case ["kpi", name, *_]:
            return t(desk.kpis(view).get(name).label, lang).capitalize()
        case ["transition", origin, target]:
            return f"{_touchpoint(desk, origin, lang)} → {_touchpoint(desk, target, lang)}"
    return _in_map(desk.reading(view), ref, lang) or ref.replace("/", " · ")


def _touchpoint(desk: Desk, name: str, lang: Lang) -> str:
    """A touchpoint as references write it: ``web:page``, or where journeys begin and end."""
    channel, _, contact = name.partition(":")
    if contact:
        return desk.shop.taxonomy.touchpoint_label(channel, contact, lang)
    return t("Start", lang) if name == "start" else t("No further step", lang)


def _in_map(reading: MapReading, ref: str, lang: Lang) -> str | None:
    stages = {stage.id: stage.label.tell(lang) for stage in reading.stages}
    kind, _, rest = ref.partition("/")
    stage, _, what = rest.partition("/")
    if kind == "stage" and stage in stages and what in FLOW:
        return f"{stages[stage]} · {t(FLOW[what], lang)}"
    for lane in reading.lanes:
        for cell in lane.cells:
            for item in cell.items:
                if item.ref == ref:
                    return " · ".join((stages[cell.stage], lane.label.tell(lang), item.label.tell(lang)))
    return None
