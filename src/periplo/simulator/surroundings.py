"""The contexts of messages: which SDK or system sends them, from which device, page and campaign."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from periplo.simulator.arrays import I64
from periplo.simulator.catalogue import LOCALES, page
from periplo.simulator.people import APP, DEVICES, KIOSK, People
from periplo.simulator.texts import inside, more
from periplo.simulator.visits import ENTRY_NAMES, Visits
from periplo.simulator.world import World

SYSTEMS = {
    "store": ("pos-connector", "store"),
    "orders": ("order-system", None),
    "email": ("mail-service", "email"),
    "sms": ("sms-gateway", "sms"),
    "push": ("push-service", "push"),
    "whatsapp": ("whatsapp-business", "whatsapp"),
    "phone": ("call-centre", "phone"),
    "chat": ("chat-widget", "chat"),
    "helpdesk": ("help-desk", "helpdesk"),
    "marketplace": ("marketplace-feed", "marketplace"),
    "survey": ("survey-tool", "email"),
}
"""System -> its name as a library, and the channel it speaks for."""

OS = (("Android", "iOS"), ("Windows", "macOS"), ("Android", "iOS"), ("Android", "iPadOS"), ("ChromeOS", "ChromeOS"))
"""Two operating systems for each kind of device."""
SECOND_OS = 3
"""One customer in so many uses the second."""

ALWAYS_ON = ("novedades", "siempre")
"""What messages and advertisements call themselves outside campaigns."""

SOURCES: dict[str, tuple[str | None, str | None, str | None]] = {
    "direct": (None, None, None),
    "search": ("https://www.google.com/", None, None),
    "ads": ("https://www.google.com/", "google", "cpc"),
    "social": ("https://www.instagram.com/", None, None),
    "referral": ("https://blog-jardines.example/ideas", None, None),
    "email": (None, "newsletter", "email"),
    "push": (None, "app", "push"),
    "sms": (None, "campaign", "sms"),
    "whatsapp": (None, "whatsapp", "whatsapp"),
}
"""Entry -> referrer, source and medium."""


@dataclass(frozen=True)
class Surroundings:
    """Texts in the pool: contexts of devices and systems, and the end of the context of the first page of a visit."""

    devices: int
    landings: int
    campaigns: int
    systems: dict[str, int]

    @classmethod
    def of(cls, world: World) -> Surroundings:
        choices = product(range(len(DEVICES)), range(len(LOCALES)), range(2))
        names = [None, *(campaign.name for campaign in world.parameters.campaigns)]
        return cls(
            devices=world.texts.add([_device(*choice) for choice in choices]),
            landings=world.texts.add(
                [_landing(*choice) for choice in product((False, True), ENTRY_NAMES, names)]  # web, then app
            ),
            campaigns=len(names),
            systems={name: world.texts.one(_system(*facts)) for name, facts in SYSTEMS.items()},
        )

    def of_visits(self, people: People, visits: Visits) -> I64:
        """The context in which each visit happens."""
        system = (visits.customer % SECOND_OS == 0).astype(np.int64)
        place: I64 = (visits.slot * len(LOCALES) + people.locale[visits.customer]) * 2 + system
        return self.devices + place

    def of_landings(self, visits: Visits) -> I64:
        """Where each visit came from: the end of the context of its first page."""
        in_app = (visits.slot == APP).astype(np.int64)
        choice: I64 = (in_app * len(ENTRY_NAMES) + visits.entry) * self.campaigns + visits.campaign + 1
        return self.landings + choice


def _device(slot: int, locale: int, system: int) -> str:
    name = OS[slot][system]
    library = {"name": "analytics.js", "version": "next-1.81.0"}
    if slot == APP:
        library = {"name": "analytics-swift" if name == "iOS" else "analytics-kotlin", "version": "1.22.0"}
    context = {
        "library": library,
        "locale": LOCALES[locale],
        "timezone": "Europe/Madrid",
        "device": {"type": "mobile" if slot == APP else DEVICES[slot]},
        "os": {"name": name},
    }
    return inside(context | ({"channel": "store"} if slot == KIOSK else {}))


def _landing(in_app: bool, entry: str, campaign: str | None) -> str:
    """Campaign and first page of a visit; an app has no pages."""
    referrer, source, medium = SOURCES[entry]
    if campaign and not source:
        source, medium = "instagram", "paid_social"
    named = {"name": campaign or ALWAYS_ON[entry == "ads"], "source": source, "medium": medium} if source else {}
    seen = page(f"/campanas/{campaign}" if campaign else "/", "Casa Azahar", **_given(referrer=referrer))
    return (more({"campaign": named}) if named else "") + ("" if in_app else seen)


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _system(library: str, channel: str | None) -> str:
    return inside({"library": {"name": library}} | ({"channel": channel} if channel else {}))
