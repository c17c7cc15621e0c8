"""The parameters of the simulated shop: ``data/shop.yaml`` and ``data/words.yaml``, typed.

What each number means, and what it is calibrated on, stands beside it in ``shop.yaml``.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec
from ruamel.yaml import YAML

Shares = dict[str, float]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class ShopFacts(_Part, frozen=True):
    name: str
    currency: str
    time_zone: str
    country: str
    first_day: date


class RhythmFacts(_Part, frozen=True):
    hours: list[float]
    weekdays: list[float]
    growth: float
    store_hours: tuple[int, int]
    store_weekdays: list[float]
    care_hours: tuple[int, int]
    office_hours: tuple[int, int]


class Campaign(_Part, frozen=True):
    name: str
    first: int
    last: int
    traffic: float
    coupon: str
    discount: float


class PeopleFacts(_Part, frozen=True):
    known_before: float
    foreign: float
    app: float
    store: float
    card: float
    card_linked: float
    phone: float
    second_email: float
    household: float
    cookie_reset: float
    clock_wrong: float
    clock_off_hours: float
    mail: float
    sms: float
    whatsapp: float
    push: float
    naming_ga4: float
    naming_v1: float
    duplicate: float
    offline: float
    interest_shape: float


class DeviceFacts(_Part, frozen=True):
    visits: float
    lift: float
    bounce: float


class DevicesFacts(_Part, frozen=True):
    mobile: DeviceFacts
    desktop: DeviceFacts
    app: DeviceFacts
    tablet: DeviceFacts
    kiosk: DeviceFacts
    main: float

    @property
    def slots(self) -> tuple[DeviceFacts, ...]:
        """In the order of ``people.SLOTS``."""
        return (self.mobile, self.desktop, self.app, self.tablet, self.kiosk)


class NeedFacts(_Part, frozen=True):
    per_120_days: float
    spread: float
    visits: float
    visits_shape: float
    gap_days: float
    store_share: float
    store_only: float
    marketplace: float
    phone: float


class EntryFacts(_Part, frozen=True):
    first: Shares
    later: Shares
    campaign: float


class BrowsingFacts(_Part, frozen=True):
    steps: Shares
    product_visit: float
    mix: Shares
    off_topic: float
    popularity: float
    wish: float
    share: float
    error: float
    nothing: float
    dwell_seconds: float
    dwell_sigma: float


class BuyingFacts(_Part, frozen=True):
    cart: float
    cart_most: float
    early_cart: float
    checkout: float
    details: float
    finish: float
    regular: float
    store: float
    walk_out: float
    account: float
    items: list[float]
    several: float
    coupon: float
    methods: Shares
    free_delivery_from: float
    delivery_price: float
    login: Shares


class TroubleFacts(_Part, frozen=True):
    fail: float
    pay_otherwise: float
    deny: float
    accept_denial: float
    stock: float
    elsewhere: float
    ask: float
    ask_lift: float
    reply_minutes: float
    slow_stay: float
    sour: float


class AfterFacts(_Part, frozen=True):
    carriers: Shares
    ship_hours: float
    transit_days: float
    promise_days: float
    late: float
    late_days: float
    survey: float
    score_on_time: list[float]
    score_late: list[float]
    nps: float
    comment: float
    returns: float
    store_returns: float
    ticket: float
    ticket_late: float
    review: float
    shared: float
    redeem: float
    notice: float
    confirmation_open: float
    desks: Shares


class MessageFacts(_Part, frozen=True):
    weekday: int
    hour: int
    bounce: float
    open: float
    pull: float
    leave: float
    campaigns: bool


class Incident(_Part, frozen=True):
    """A planted incident, on the days from ``first`` up to, not including, ``last``; what it is, in words."""

    name: str
    first: int
    last: int
    strength: float
    en: str
    es: str


class Parameters(_Part, frozen=True):
    shop: ShopFacts
    stores: list[str]
    rhythm: RhythmFacts
    campaigns: list[Campaign]
    people: PeopleFacts
    devices: DevicesFacts
    needs: NeedFacts
    entries: EntryFacts
    browsing: BrowsingFacts
    buying: BuyingFacts
    trouble: TroubleFacts
    after: AfterFacts
    messages: dict[str, MessageFacts]
    pull_hours: float
    incidents: list[Incident]

    def incident(self, name: str) -> Incident:
        return next(incident for incident in self.incidents if incident.name == name)


class Said(_Part, frozen=True):
    """One text in both languages of the shop."""

    es: str
    en: str

    def __getitem__(self, locale: int) -> str:
        return (self.es, self.en)[locale]


class Product(_Part, frozen=True):
    es: str
    en: str
    price: float


class Category(_Part, frozen=True):
    slug: str
    es: str
    en: str
    weight: float
    searches: list[str]
    products: list[Product]


class Words(_Part, frozen=True):
    categories: list[Category]
    first_names: list[str]
    last_names: list[str]
    foreign_first_names: list[str]
    foreign_last_names: list[str]
    mail_hosts: list[str]
    questions: list[Said]
    complaints: list[Said]
    comments: list[list[Said]]


T = TypeVar("T")


@cache
def parameters() -> Parameters:
    return _read("shop.yaml", Parameters)


@cache
def words() -> Words:
    return _read("words.yaml", Words)


def _read(name: str, kind: type[T]) -> T:
    text = resources.files(__package__).joinpath("data", name).read_text("utf-8")
    return msgspec.convert(YAML(typ="safe").load(text), kind)
