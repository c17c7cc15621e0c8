"""One customer's events by day and session, as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates

from periplo.language import Lang, duration, money, number, t
from periplo.vocabulary import Taxonomy

SESSION_GAP = timedelta(minutes=30)
DETAILS = ("title", "page", "query", "product_id", "category", "quantity", "coupon", "campaign", "order_id", "device")
BACK = frozenset({"Order Refunded", "Order Cancelled", "Order Returned"})


@dataclass(frozen=True)
class Words:
    """All that telling an event needs."""

    lang: Lang
    zone: str
    currency: str | None
    taxonomy: Taxonomy


@dataclass(frozen=True)
class Stage:
    """A stage of the map; ``hue`` is the number of its colour."""

    id: str
    label: str
    hue: int


@dataclass
class Session:
    """Events of one channel with less than 30 minutes between them."""

    channel: str
    events: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def began(self) -> datetime:
        began: datetime = self.events[0]["occurred_at"]
        return began

    @property
    def ended(self) -> datetime:
        ended: datetime = self.events[-1]["occurred_at"]
        return ended


def sessions(events: Sequence[Mapping[str, Any]]) -> list[Session]:
    """Events in time order, as sessions in the order they began (SEMANTICS 3)."""
    found: list[Session] = []
    newest: dict[str, Session] = {}
    for event in events:
        channel = event["channel"] or "other"
        last = newest.get(channel)
        if last is None or event["occurred_at"] - last.ended >= SESSION_GAP:
            last = newest[channel] = Session(channel)
            found.append(last)
        last.events.append(event)
    return found


def days(events: Sequence[Mapping[str, Any]], stages: Sequence[Stage | None], words: Words) -> list[dict[str, Any]]:
    """Days with their sessions with their events; a session stands under the day it began.

    ``stages[i]`` is the stage of event i.
    """
    staged = [{**event, "stage": stage} for event, stage in zip(events, stages, strict=True)]
    grouped: dict[date, list[dict[str, Any]]] = {}
    for session in sessions(staged):
        local = session.began.astimezone(ZoneInfo(words.zone))
        grouped.setdefault(local.date(), []).append(_session(session, words))
    return [{"sessions": inside} | _day(when, words.lang) for when, inside in grouped.items()]


def _day(when: date, lang: Lang) -> dict[str, str]:
    locale = {"es": "es_ES", "en": "en_GB"}[lang]
    return {
        "weekday": str(dates.format_date(when, "EEEE", locale=locale)),
        "date": str(dates.format_date(when, "d MMM y", locale=locale)),
    }


def _session(session: Session, words: Words) -> dict[str, Any]:
    lang, long = words.lang, (session.ended - session.began).total_seconds()
    count = t("{n} {n:event|events}", lang, n=number(len(session.events), lang))
    return {
        "channel": session.channel,
        "label": words.taxonomy.channel_label(session.channel, lang),
        "told": f"{count} · {duration(long, lang)}" if long else count,
        "events": [_event(event, words) for event in session.events],
    }


def _event(event: Mapping[str, Any], words: Words) -> dict[str, Any]:
    stage: Stage | None = event["stage"]
    amount, currency = event["revenue_minor"], event["currency"] or words.currency
    back = event["event"] in BACK
    return {
        "at": event["occurred_at"].astimezone(ZoneInfo(words.zone)),
        "label": words.taxonomy.event_label(event["event"], words.lang),
        "details": " · ".join(_details(event, words.lang)),
        "stage": stage.label if stage else "",
        "hue": stage.hue if stage else 0,
        "sum": f"{'−' if back else ''}{money(amount, currency, words.lang)}" if amount is not None and currency else "",
        "back": back,
    }


def _details(event: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    seen: set[str] = set()
    for name in DETAILS:
        text = str(event[name]) if event[name] is not None else ""
        if text and text not in seen:
            seen.add(text)
            quoted = t("“{text}”", lang, text=text) if name == "query" else text
            yield f"×{text}" if name == "quantity" else quoted
