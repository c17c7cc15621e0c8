"""``periplo person``: one customer with all that is known, from the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, show, table
from periplo.language import day, moment, money, number, t
from periplo.profiles import Profile, consent_label, identifier_label, order_label
from periplo.workspace import Shop

Who = Annotated[
    str,
    typer.Argument(metavar="WHO", help=help_text("An email, phone, account, card, device or order, or the number.")),
]
Text = Annotated[str, typer.Argument(metavar="TEXT", help=help_text("What to look for."))]
MostFound = Annotated[int, typer.Option("--most", min=1, max=1_000, help=help_text("How many customers at most."))]
Most = Annotated[int, typer.Option(min=0, max=100_000, help=help_text("How many of the newest events to show."))]


def register(app: typer.Typer) -> None:
    app.command("search", help=help_text("Find customers by name, mail, phone, order or a part of it."))(search)
    app.command("person", help=help_text("One customer: who they are, what they agreed to, what they did."))(person)


def search(shop: ShopPath, text: Text, most: MostFound = 20, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.search(text, most=most)

    def for_people() -> None:
        heads = [t("number", LANG), t("customer", LANG), t("found by", LANG), ""]
        rows = [(str(one.number), one.name, identifier_label(one.kind, LANG), one.text) for one in found]
        table(t("Found: {n}", LANG, n=number(len(found), LANG)), heads, rows, left=4)

    show(as_json, {"found": found}, for_people)


def person(shop: ShopPath, who: Who, events: Most = 20, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        profile = opened.profile(opened.customer_number(who))
        newest = opened.timeline(profile.number).to_pylist()[-events:] if events else []
        happened = [{name: value for name, value in event.items() if value is not None} for event in newest]

        def for_people() -> None:
            for title, rows in _parts(profile, opened):
                if rows:
                    table(title, [""] * len(rows[0]), rows, left=len(rows[0]))
            rows = [_event(event, opened) for event in newest]
            if rows:
                table(t("The newest {n} events", LANG, n=number(len(rows), LANG)), [""] * 4, rows, left=4)
            note(t("All of it as JSON: add --json", LANG))

        show(as_json, {"profile": profile, "events": happened}, for_people)


def _parts(profile: Profile, shop: Shop) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """The parts of a profile: a title, and rows with equally many cells."""
    words, zone = shop.taxonomy, shop.settings.time_zone

    def when(at: datetime | None) -> str:
        return day(at, LANG, zone) if at else "–"

    def amount(minor: int | None, currency: str | None) -> str:
        return "–" if minor is None else money(minor, currency or shop.settings.currency, LANG)

    spent = " + ".join(amount(minor, currency) for currency, minor in profile.revenue_minor.items())
    yield (
        profile.full_name or profile.name,
        [
            (t("Number", LANG), str(profile.number)),
            *(
                (identifier_label(kind, LANG), value)
                for kind, values in profile.identifiers.items()
                for value in values
            ),
            (t("First seen", LANG), when(profile.first_seen)),
            (t("Last seen", LANG), when(profile.last_seen)),
            (t("Events", LANG), number(profile.events, LANG)),
            (t("Orders", LANG), number(profile.orders, LANG)),
            (t("Spent, net", LANG), spent or "–"),
        ],
    )
    yield (
        t("Told about", LANG),
        [
            (name, str(values[-1].value), when(values[-1].since), values[-1].source)
            for name, values in profile.trait_history.items()
        ],
    )
    yield (
        t("Consent", LANG),
        [
            (
                words.purpose_label(one.purpose, LANG),
                words.channel_label(one.channel, LANG) if one.channel else "",
                consent_label(one.state, LANG),
                when(one.since),
                words.event_label(one.history[-1].event, LANG),
                one.history[-1].text_version or "",
                str(one.history[-1].told_in or ""),
            )
            for one in profile.consents
        ],
    )
    yield (
        t("Orders", LANG),
        [
            (
                one.order_id or "–",
                order_label(one.state, LANG),
                when(one.steps[-1].at),
                amount(one.revenue_minor, one.currency),
            )
            for one in profile.order_list
        ],
    )
    yield (
        t("Open carts", LANG),
        [
            (
                f"{line.quantity} ×",
                line.name or line.product_id,
                when(cart.since),
                amount(line.price_minor, cart.currency),
            )
            for cart in profile.carts
            for line in cart.lines
        ],
    )
    yield (
        t("Devices", LANG),
        [(one.anonymous_id, one.kind or "", when(one.last_seen)) for one in profile.devices],
    )


def _event(event: dict[str, Any], shop: Shop) -> tuple[str, ...]:
    words, at = shop.taxonomy, event["occurred_at"]
    told = moment(at, LANG, shop.settings.time_zone)
    said = " · ".join(str(event[name]) for name in ("title", "page", "query", "product_id", "order_id") if event[name])
    return told, words.channel_label(event["channel"], LANG), words.event_label(event["event"], LANG), said
