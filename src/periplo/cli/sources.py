"""``periplo sources``: the systems that may send events, and their write keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, people, show, table
from periplo.collect import too_large
from periplo.connectors import PLACE
from periplo.language import duration, number, t, tell
from periplo.log import Source
from periplo.workspace import Shop, SourceReport

sources = typer.Typer(
    name="sources",
    help=help_text("The systems that may send events to a shop, and their write keys."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="NAME", help=help_text("The name of the source, as web or till."))]
Channel = Annotated[
    str, typer.Option(help=help_text("The channel of its events that name none; told from each event when left out."))
]
Sites = Annotated[
    list[str] | None,
    typer.Option("--origin", help=help_text("A site whose pages may send, as https://shop.example; repeat for more.")),
]
MoreSites = Annotated[list[str], typer.Argument(metavar="ORIGIN…", help=help_text("Sites, as https://shop.example."))]


def register(app: typer.Typer) -> None:
    sources.command("add", help=help_text("Add a source and print its write key."))(add)
    sources.command("list", help=help_text("All sources with their write keys."))(list_sources)
    sources.command(
        "report", help=help_text("How each source does: volume, lateness, errors, unknown names, the tracking plan.")
    )(report)
    sources.command("allow", help=help_text("Let the pages of more sites send with the key of a source."))(allow)
    sources.command("rotate", help=help_text("Give a source a new write key; the old one is refused at once."))(rotate)
    sources.command("remove", help=help_text("Take nothing more from a source; its events stay."))(remove)
    sources.command("connectors", help=help_text("The connectors of the shop: where each system reports to."))(
        list_connectors
    )
    app.add_typer(sources)


def add(shop: ShopPath, name: Name, channel: Channel = "", origin: Sites = None, as_json: Json = False) -> None:
    new = not Shop.exists(shop)
    with Shop.open(shop, create=True) as opened:
        if new and not as_json:
            note(t("A new shop: {shop}", LANG, shop=shop))
        _tell(opened.sources.add(name, channel=channel, origins=origin or ()), as_json)


def list_sources(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.sources.all()

    def for_people() -> None:
        heads = [t("source", LANG), t("write key", LANG), t("channel", LANG), t("sites", LANG)]
        rows = [(one.name, one.write_key, one.channel, " ".join(one.origins)) for one in found]
        table(t("Sources", LANG), heads, rows, left=4)
        if not found:
            note(t("There is none yet. Add one: periplo sources add {shop} web", LANG, shop=shop))

    show(as_json, {"sources": found}, for_people)


def list_connectors(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found = opened.settings.connectors
    told = [
        {"name": name, "kind": one.kind, "address": f"{PLACE}{name}", "secret": bool(one.key())}
        for name, one in sorted(found.items())
    ]

    def for_people() -> None:
        heads = [t("connector", LANG), t("kind", LANG), t("address", LANG), t("secret", LANG)]
        there = {True: t("there", LANG), False: t("missing", LANG)}
        rows = [(str(one["name"]), str(one["kind"]), str(one["address"]), there[bool(one["secret"])]) for one in told]
        table(t("Connectors", LANG), heads, rows, left=4)
        if told:
            note(t("Each address comes after that of the server, as https://shop.example/v1/webhooks/NAME.", LANG))
        else:
            note(t("There is none yet. Give it a table in periplo.toml: docs/howto/connect.md says how.", LANG))

    show(as_json, {"connectors": told}, for_people)


def report(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        found, since = opened.source_reports(), opened.log_since()
    show(as_json, {"sources": found, "log_since": since}, lambda: _tell_reports(found, since))


def _tell_reports(found: list[SourceReport], log_since: datetime | None) -> None:
    heads = [t("source", LANG), t("last seen", LANG), t("today", LANG), t("7 days", LANG), t("in all", LANG)]
    heads += [t("late, median", LANG), t("late, 95 %", LANG), t("in quarantine", LANG), t("forged", LANG)]
    table(t("Sources", LANG), heads, map(_cells, found), left=2)
    for one in found:
        for wrong in one.waiting:
            note(f"{one.name}: {wrong.stage} {wrong.rule} · {number(wrong.count, LANG)}")
        if one.erased:
            told = {"name": one.name, "n": number(one.erased, LANG)}
            note(t("{name}: left out, of people who were erased · {n}", LANG, **told))
        for large in one.oversize:
            told = {"name": one.name, "n": number(large.count, LANG), "kilobytes": number(large.kilobytes, LANG)}
            refused = t("{name}: requests refused, larger than {kilobytes} KB · {n}.", LANG, **told)
            note(f"{refused} {tell(too_large(large.kilobytes * 1024), LANG)['fix']}")
        for amiss in one.not_planned:
            told = {"name": one.name, "where": amiss.where, "rule": amiss.rule, "n": number(amiss.count, LANG)}
            note(t("{name}: not as planned: {where} ({rule}) · {n}", LANG, **told))
        for strange in one.unknown:
            told = {"name": one.name, "event": strange.name, "n": number(strange.count, LANG), "near": strange.near}
            unknown = t("{name}: unknown event “{event}” · {n}", LANG, **told)
            note(f"{unknown} {t('Did you mean {near}?', LANG, **told)}" if strange.near else unknown)
    if log_since:
        note(t("The log goes back to {day}.", LANG, day=log_since.date().isoformat()))


def _cells(one: SourceReport) -> tuple[str, ...]:
    seen = "" if one.last_seen is None else one.last_seen.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    late = ["" if seconds is None else duration(seconds, LANG) for seconds in (one.late_p50_s, one.late_p95_s)]
    waiting = sum(wrong.count for wrong in one.waiting)
    counts = [number(count, LANG) for count in (one.today, one.week, one.total)]
    return one.name, seen, *counts, *late, number(waiting, LANG), number(one.refused, LANG)


def allow(shop: ShopPath, name: Name, origins: MoreSites, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        _tell(opened.sources.allow(name, origins), as_json)


def rotate(shop: ShopPath, name: Name, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        _tell(opened.sources.rotate(name), as_json)


def remove(shop: ShopPath, name: Name, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        opened.sources.remove(name)
    show(as_json, {"removed": name}, lambda: note(t("“{name}” sends nothing more; its events stay.", LANG, name=name)))


def _tell(source: Source, as_json: bool) -> None:
    def for_people() -> None:
        key = t("Write key of {name}: {key}", LANG, name=source.name, key=source.write_key)
        people.print(key, highlight=False, soft_wrap=True)

    show(as_json, source, for_people)
