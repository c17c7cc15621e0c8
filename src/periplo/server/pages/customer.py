"""One customer: who it is, and the whole journey."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from periplo.access import Permission
from periplo.language import Lang, day, money, number, t
from periplo.profiles import Profile, identifier_label
from periplo.server.given import TheDesk, TheReader
from periplo.server.pages.customers import At, pages
from periplo.server.pages.known import cards, changed
from periplo.server.person import person_of
from periplo.server.render import page as page_of
from periplo.server.rules import needs
from periplo.server.timeline import Words, days
from periplo.workspace import Shop

SIZE, MOST_LINKS = 500, 100
_CONSENT = ("consent", "consents")


@get("/customers/{customer:int}", include_in_schema=False, sync_to_thread=True, opt=needs(Permission.CUSTOMERS))
def customer_page(desk: TheDesk, reader: TheReader, customer: FromPath[int], page: At = 1) -> Response[str]:
    settings = desk.shop.settings
    person = person_of(desk, customer, reader.lang)
    part = slice((page - 1) * SIZE, page * SIZE)
    events = person.events[part]
    words = Words(reader.lang, settings.time_zone, settings.currency, desk.shop.taxonomy)

    def address(page: int) -> str:
        return f"/customers/{customer}" + (f"?page={page}" if page > 1 else "")

    return page_of(
        "customer.html",
        reader,
        here=address(page),
        shop=settings,
        name=person.profile.full_name or person.profile.name,
        facts=_facts(person.profile, words),
        identifiers=_identifiers(person.profile, reader.lang),
        traits=_traits(person.profile, reader.lang),
        because=because(desk.shop, person.profile, words),
        changed=changed(person.profile, words),
        cards=cards(person.profile, words),
        stages=person.stages,
        days=days(events, person.staged[part], words),
        pages=pages(address, page, SIZE, len(events), len(person.events)),
    )


def because(shop: Shop, profile: Profile, words: Words) -> list[str]:
    """Why the customer's identifiers are one, a link a line."""
    links = shop.identities.links(profile.number)[:MOST_LINKS]
    return [link.tell(words.lang, words.zone, words.taxonomy.event_label(link.event, words.lang)) for link in links]


def _facts(profile: Profile, words: Words) -> list[tuple[str, str]]:
    lang, zone = words.lang, words.zone
    revenue = " + ".join(money(minor, currency, lang) for currency, minor in profile.revenue_minor.items())
    channels = ", ".join(words.taxonomy.channel_label(name, lang) for name in profile.channels)
    return [
        (t("First seen", lang), day(profile.first_seen, lang, zone) if profile.first_seen else "–"),
        (t("Last seen", lang), day(profile.last_seen, lang, zone) if profile.last_seen else "–"),
        (t("Events", lang), number(profile.events, lang)),
        (t("Orders", lang), number(profile.orders, lang)),
        (t("Spent, net", lang), revenue or "–"),
        (t("Channels", lang), channels or "–"),
    ]


def _identifiers(profile: Profile, lang: Lang) -> list[dict[str, str]]:
    return [
        {"kind": kind, "label": identifier_label(kind, lang), "value": value}
        for kind, values in profile.identifiers.items()
        for value in values
    ]


def _traits(profile: Profile, lang: Lang) -> list[tuple[str, str]]:
    """What was told of the customer, beside what identifies them."""
    told = {
        name: _value(value) for name, value in profile.traits.items() if name not in {*profile.identifiers, *_CONSENT}
    }
    known = {value for values in profile.identifiers.values() for value in values}
    return [(_trait(name, lang), value) for name, value in told.items() if value and value not in known]


def _value(told: object) -> str:
    """A value in a line; of one that has parts, such as an address, all parts."""
    parts = told.values() if isinstance(told, dict) else told if isinstance(told, list) else None
    return str(told) if parts is None else ", ".join(_value(part) for part in parts if part not in (None, ""))


def _trait(name: str, lang: Lang) -> str:
    """The name of one of Segment's own traits in words; a shop's own trait as it is named."""
    labels = {
        "firstname": t("First name", lang),
        "lastname": t("Last name", lang),
        "name": t("Name", lang),
        "username": t("User name", lang),
        "age": t("Age", lang),
        "birthday": t("Birthday", lang),
        "gender": t("Gender", lang),
        "address": t("Address", lang),
        "city": t("City", lang),
        "country": t("Country", lang),
        "company": t("Company", lang),
        "title": t("Title", lang),
        "website": t("Website", lang),
        "language": t("Language", lang),
        "createdat": t("Customer since", lang),
    }
    return labels.get(name.lower().replace("_", ""), name)
