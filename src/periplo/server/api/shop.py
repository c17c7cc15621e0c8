"""The shop itself, and its map as data."""

from __future__ import annotations

from periplo.access import Permission
from periplo.server.api.answering import asked
from periplo.server.api.parameters import route
from periplo.server.api.shapes import MapAnswer, Named, ShopAnswer
from periplo.server.given import TheDesk, TheReader, TheView
from periplo.server.query import ALL, PERIODS, channels, newest_day, oldest_day
from periplo.server.release import RELEASE


@route("/shop", Permission.NUMBERS, tags=["Shop"], summary="The shop")
def shop(desk: TheDesk, reader: TheReader) -> ShopAnswer:
    """Its name and size, and what the filters can be."""
    its, lang = desk.shop, reader.lang
    columns = its.journeys().columns
    return ShopAnswer(
        name=its.settings.name,
        currency=its.settings.currency,
        time_zone=its.settings.time_zone,
        simulated=its.settings.simulated,
        version=its.version(),
        release=RELEASE,
        customers=columns.customers,
        events=columns.events,
        since=oldest_day(its) if columns.events else None,
        until=newest_day(its) if columns.events else None,
        periods=[*PERIODS, ALL],
        channels=[Named(id=name, label=its.taxonomy.channel_label(name, lang)) for name in channels(its)],
        segments=[Named(id=name, label=its.segment_label(name, lang)) for name in its.segments()],
        maps=list(its.maps()),
    )


@route("/map", Permission.NUMBERS, tags=["Shop"], summary="The map")
def the_map(desk: TheDesk, view: TheView) -> MapAnswer:
    """Stages and lanes with their numbers, as they stand on the page."""
    return MapAnswer(version=desk.shop.version(), filters=asked(view), map=desk.reading(view))
