"""The filters of a view in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

from periplo.language import Lang, day, t
from periplo.server.desk import Desk
from periplo.server.query import View, newest_day, oldest_day


def told(desk: Desk, view: View, lang: Lang) -> list[tuple[str, str]]:
    """What is looked at, as pairs of name and value: always the period, the rest where it narrows."""
    chosen, shop = view.filters, desk.shop
    since, until = chosen.since or oldest_day(shop), chosen.until or newest_day(shop)
    pairs = [(t("Period", lang), t("{since} to {until}", lang, since=_day(since, lang), until=_day(until, lang)))]
    if chosen.segment:
        pairs.append((t("Segment", lang), shop.segment_label(chosen.segment, lang)))
    if chosen.channel:
        pairs.append((t("Channel", lang), shop.taxonomy.channel_label(chosen.channel, lang)))
    return pairs


def _day(value: date, lang: Lang) -> str:
    return day(datetime(value.year, value.month, value.day, 12, tzinfo=UTC), lang)
