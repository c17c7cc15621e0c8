"""What is known of a customer beside the journey, as the cards of the page show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from periplo.language import day, money, number, t
from periplo.profiles import Cart, Consent, Contact, Device, Order, Profile, consent_label, order_label
from periplo.server.timeline import Words

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """``mark``: the name of an icon, or "good" or "bad" for a dot. ``more`` stands below, ``end`` at the right."""

    label: str
    more: str
    end: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Card:
    """``left_out``: how many lines do not stand in it."""

    title: str
    lines: list[Line]
    left_out: int = 0


def cards(profile: Profile, words: Words) -> list[Card]:
    """The cards that have something to say."""
    lang = words.lang
    orders = [_order(one, words) for one in profile.order_list]
    devices = [_device(one, words) for one in profile.devices]
    found = {
        t("Orders", lang): orders,
        t("Open carts", lang): [line for cart in profile.carts for line in _cart(cart, words)],
        t("Consent", lang): [_consent(one, words) for one in profile.consents],
        t("Last contact", lang): [_contact(one, words) for one in profile.contacts],
        t("Devices", lang): devices,
    }
    return [Card(title, lines[:_MOST_SHOWN], len(lines[_MOST_SHOWN:])) for title, lines in found.items() if lines]


def changed(profile: Profile, words: Words) -> list[Line]:
    """The traits that had other values before, each value with since when and by whom."""
    return [
        Line(name, f"{_day(one.since, words)} · {one.source}", str(one.value))
        for name, values in profile.trait_history.items()
        if len(values) > 1
        for one in reversed(values)
    ]


def _order(order: Order, words: Words) -> Line:
    step = order.steps[-1]
    more = [
        order_label(order.state, words.lang),
        _day(step.at, words),
        words.taxonomy.channel_label(order.channel, words.lang),
    ]
    return Line(
        order.order_id or t("Order", words.lang),
        " · ".join(more),
        _money(order.revenue_minor, order.currency, words),
        order.channel,
    )


def _cart(cart: Cart, words: Words) -> Iterator[Line]:
    for line in cart.lines:
        whole = None if line.price_minor is None else line.price_minor * line.quantity
        more = t("in the cart since {day}", words.lang, day=_day(cart.since, words))
        pieces = f"{number(line.quantity, words.lang)} × " if line.quantity > 1 else ""
        yield Line(pieces + (line.name or line.product_id), more, _money(whole, cart.currency, words), cart.channel)


def _consent(consent: Consent, words: Words) -> Line:
    lang, proof = words.lang, consent.history[-1]
    label = words.taxonomy.purpose_label(consent.purpose, lang)
    if consent.channel:
        label = f"{label} · {words.taxonomy.channel_label(consent.channel, lang)}"
    told = [_day(consent.since, words), words.taxonomy.event_label(proof.event, lang), proof.source, proof.text_version]
    told.append(str(proof.told_in or ""))
    mark = {"granted": "good", "denied": "bad", "pending": ""}[consent.state]
    return Line(label, " · ".join(filter(None, told)), consent_label(consent.state, lang), mark)


def _contact(contact: Contact, words: Words) -> Line:
    lang, by = words.lang, [contact.by_customer, contact.by_shop]
    both = [words.taxonomy.event_label(seen.event, lang) for seen in by if seen]
    newest = max(seen.at for seen in by if seen)
    label = words.taxonomy.channel_label(contact.channel, lang)
    return Line(label, " · ".join(both), _day(newest, words), contact.channel)


def _device(device: Device, words: Words) -> Line:
    lang = words.lang
    channels = ", ".join(words.taxonomy.channel_label(one, lang) for one in device.channels)
    events = t("{n} {n:event|events}", lang, n=number(device.events, lang))
    return Line(
        device.kind or t("Device", lang), f"{channels} · {events}", _day(device.last_seen, words), "anonymous_id"
    )


def _day(when: datetime, words: Words) -> str:
    return day(when, words.lang, words.zone)


def _money(minor: int | None, currency: str | None, words: Words) -> str:
    known = currency or words.currency
    return "" if minor is None or known is None else money(minor, known, words.lang)
