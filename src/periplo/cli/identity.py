"""``periplo identity``: who is who, why, and how to correct it."""

from __future__ import annotations

from collections.abc import Iterable
from getpass import getuser
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, people, show, table
from periplo.identity import Decision, Link, Name, What
from periplo.language import moment, number, percent, t
from periplo.workspace import Change, Party, Shop

identity = typer.Typer(
    name="identity",
    help=help_text("Who is who: see why identifiers are one customer, and correct it."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
One = Annotated[str, typer.Argument(metavar="ONE", help=help_text("An identifier: its value, or kind:value."))]
Other = Annotated[str, typer.Argument(metavar="OTHER", help=help_text("Another identifier."))]
Maybe = Annotated[str | None, typer.Argument(metavar="[OTHER]", help=help_text("Another identifier."))]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help=help_text("The decision's number in the list."))]
Why = Annotated[str, typer.Option(help=help_text("Why: a reason that others will read."))]
By = Annotated[str, typer.Option(help=help_text("Who decides; your user name when left out."))]
Preview = Annotated[bool, typer.Option("--preview", help=help_text("Only show what would change."))]
Least = Annotated[float, typer.Option(min=0.0, max=1.0, help=help_text("The least probability, from 0 to 1."))]
Most = Annotated[int, typer.Option(min=1, max=100_000, help=help_text("How many at most."))]


def register(app: typer.Typer) -> None:
    identity.command("show", help=help_text("A customer's identifiers, and what joins them."))(show_one)
    identity.command("explain", help=help_text("Why two identifiers are one customer: the shortest chain."))(explain)
    identity.command("merge", help=help_text("Two customers are one, whatever the limits say."))(merge)
    identity.command(
        "unmerge", help=help_text("Two identifiers are not one; without a second one, split the first off.")
    )(unmerge)
    identity.command("block", help=help_text("An identifier identifies nobody."))(block)
    identity.command("suggestions", help=help_text("Pairs that were not joined, for a person to decide."))(suggestions)
    identity.command("alike", help=help_text("Customers who look alike, for a person to decide."))(alike)
    identity.command("accept", help=help_text("Join the two of a suggestion."))(accept)
    identity.command("dismiss", help=help_text("The two of a suggestion are not one."))(dismiss)
    identity.command("decisions", help=help_text("What people decided about identity."))(decisions)
    identity.command("undo", help=help_text("Take a decision back, as if it had never been taken."))(undo)
    identity.command("alarms", help=help_text("Customers who may be several people."))(alarms)
    app.add_typer(identity)


def show_one(shop: ShopPath, one: One, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        who = opened.identities
        found = who.number_of(one)
        known, links = who.identifiers(found), who.links(found)

        def for_people() -> None:
            rows = [(kind, value) for kind, values in known.items() for value in values]
            table(t("Customer {number}", LANG, number=found), [t("kind", LANG), t("value", LANG)], rows, left=2)
            _lines(_told(link, opened) for link in links)

        show(as_json, {"customer": found, "identifiers": known, "links": links}, for_people)


def explain(shop: ShopPath, one: One, other: Other, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        links = opened.identities.explain(one, other)
        same = opened.identities.number_of(one) == opened.identities.number_of(other)

        def for_people() -> None:
            if same:
                _lines([t("These two are one customer because:", LANG), *(_told(link, opened) for link in links)])
            else:
                _lines([t("These two are two customers: nothing joins them.", LANG)])

        show(as_json, {"one_customer": same, "links": links}, for_people)


def merge(
    shop: ShopPath, one: One, other: Other, why: Why = "", by: By = "", preview: Preview = False, as_json: Json = False
) -> None:
    _decide(shop, "merge", one, other, why=why, by=by, preview=preview, as_json=as_json)


def unmerge(
    shop: ShopPath,
    one: One,
    other: Maybe = None,
    why: Why = "",
    by: By = "",
    preview: Preview = False,
    as_json: Json = False,
) -> None:
    _decide(shop, "unmerge", one, other, why=why, by=by, preview=preview, as_json=as_json)


def block(
    shop: ShopPath, one: One, why: Why = "", by: By = "", preview: Preview = False, as_json: Json = False
) -> None:
    _decide(shop, "block", one, why=why, by=by, preview=preview, as_json=as_json)


def accept(shop: ShopPath, one: One, other: Other, why: Why = "", by: By = "", as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        expected = opened.identities.preview("merge", one, other)
        _say(expected, opened.identities.accept(one, other, by=by or getuser(), why=why), as_json)


def dismiss(shop: ShopPath, one: One, other: Other, why: Why = "", by: By = "", as_json: Json = False) -> None:
    _decide(shop, "dismiss", one, other, why=why, by=by, as_json=as_json)


def undo(
    shop: ShopPath, number: Number, why: Why = "", by: By = "", preview: Preview = False, as_json: Json = False
) -> None:
    _decide(shop, "undo", undoes=number, why=why, by=by, preview=preview, as_json=as_json)


def suggestions(shop: ShopPath, most: Most = 50, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.identities.suggestions()

    def for_people() -> None:
        heads = [t("one", LANG), t("the other", LANG), t("event", LANG), t("source", LANG), t("why not", LANG)]
        rows = [(_name(one.stronger), _name(one.weaker), one.event, one.source, one.why) for one in found[:most]]
        table(t("Not joined: {n} {n:pair|pairs}", LANG, n=number(len(found), LANG)), heads, rows, left=5)
        note(t("Join a pair: periplo identity accept {shop} ONE OTHER", LANG, shop=shop))

    show(as_json, {"total": len(found), "suggestions": found[:most]}, for_people)


def alike(shop: ShopPath, least: Least = 0.9, most: Most = 50, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.identities.alike(least)

    def for_people() -> None:
        heads = [t("one", LANG), t("the other", LANG), t("alike", LANG), t("probability", LANG)]
        rows = [
            (_name(one.one), _name(one.other), ", ".join(one.alike), percent(one.probability, LANG))
            for one in found[:most]
        ]
        table(t("Alike: {n} {n:pair|pairs}", LANG, n=number(len(found), LANG)), heads, rows, left=3)
        note(t("Merge a pair, or dismiss it: periplo identity merge {shop} ONE OTHER", LANG, shop=shop))

    show(as_json, {"total": len(found), "alike": found[:most]}, for_people)


def decisions(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found, zone = opened.identities.decisions(), opened.settings.time_zone

    def for_people() -> None:
        heads = [t("number", LANG), t("decision", LANG), t("one", LANG), t("the other", LANG), t("by", LANG)]
        rows = [
            (
                str(one.seq),
                one.what,
                _name(one.one) if one.one else str(one.undoes),
                _name(one.other) if one.other else "",
                one.by,
                moment(one.at, LANG, zone),
                one.why,
            )
            for one in found
        ]
        table(t("Decisions", LANG), [*heads, t("when", LANG), t("why", LANG)], rows, left=7)
        note(t("Take one back: periplo identity undo {shop} NUMBER", LANG, shop=shop))

    show(as_json, {"decisions": found}, for_people)


def alarms(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found, zone = opened.identities.alarms(), opened.settings.time_zone
        names = opened.customer_names(np.array([one.number for one in found], np.int64))

    def for_people() -> None:
        kinds = {
            "identifiers": t("new identifiers", LANG),
            "events": t("events", LANG),
            "shared_device": t("accounts on one device", LANG),
        }
        rows = [
            (name, kinds[one.what], moment(one.since, LANG, zone) if one.since else "", number(one.count, LANG))
            for name, one in zip(names, found, strict=True)
        ]
        heads = [t("customer", LANG), t("what", LANG), t("since", LANG), t("how many", LANG)]
        table(t("Customers who may be several people: {n}", LANG, n=number(len(found), LANG)), heads, rows, left=3)

    show(as_json, {"alarms": found}, for_people)


def _decide(
    shop: Path,
    what: What,
    one: str | None = None,
    other: str | None = None,
    *,
    undoes: int = 0,
    why: str,
    by: str,
    preview: bool = False,
    as_json: bool,
) -> None:
    with Shop.open(shop) as opened:
        expected = opened.identities.preview(what, one, other, undoes=undoes)
        taken = None
        if not preview:
            taken = opened.identities.decide(what, one, other, undoes=undoes, by=by or getuser(), why=why)
        _say(expected, taken, as_json)


def _say(expected: Change, taken: Decision | None, as_json: bool) -> None:
    def for_people() -> None:
        heads = [t("customer", LANG), t("name", LANG), t("identifiers", LANG), t("events", LANG), t("orders", LANG)]
        table(t("Before", LANG), heads, map(_row, expected.before), left=3)
        table(t("After", LANG), heads, map(_row, expected.after), left=3)
        if taken is None:
            note(t("Nothing was changed. Leave out --preview to decide.", LANG))
        elif taken.seq:
            note(t("Decided, as number {number}; undo takes it back.", LANG, number=taken.seq))
        else:
            note(t("Decided. It comes into force when the running import has ended.", LANG))

    show(as_json, {"decision": taken, "change": expected}, for_people)


def _row(party: Party) -> tuple[str, ...]:
    known = ", ".join(f"{kind}:{value}" for kind, values in party.identifiers.items() for value in values)
    who = str(party.number) if party.number else t("nobody", LANG)
    return who, party.name, known, number(party.events, LANG), number(party.orders, LANG)


def _lines(texts: Iterable[str]) -> None:
    for text in texts:
        people.print(text, highlight=False)


def _told(link: Link, shop: Shop) -> str:
    return link.tell(LANG, shop.settings.time_zone, shop.taxonomy.event_label(link.event, LANG))


def _name(name: Name) -> str:
    return ":".join(name)
