"""``periplo export-person``, ``erase-person``, ``erasures``: what a person may ask for, and what was done of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, people, show, table
from periplo.cli.people import Who
from periplo.language import moment, number, t
from periplo.privacy import BEYOND, Erased
from periplo.profiles import identifier_label
from periplo.workspace import Foreseen, Shop, write_export

Target = Annotated[
    Path, typer.Option("--to", metavar="FOLDER|FILE.zip", help=help_text("Where to write it: a new folder, or a zip."))
]
Yes = Annotated[bool, typer.Option("--yes", help=help_text("Erase without asking."))]
Also = Annotated[
    list[Path] | None,
    typer.Option("--also", metavar="FOLDER", help=help_text("Erase in this copy of the shop too; may be repeated.")),
]


def register(app: typer.Typer) -> None:
    app.command("export-person", help=help_text("Everything known of one person, as files to hand over."))(export)
    app.command("erase-person", help=help_text("Erase one person from every part of the shop, beyond recall."))(erase)
    app.command("erasures", help=help_text("What was erased, and when; of whom only a hash is left."))(erasures)


def export(shop: ShopPath, who: Who, to: Target, as_json: Json = False) -> None:
    with Shop.open(shop, named=True) as opened:
        files = opened.export_person(opened.customer_number(who))
    write_export(files, to)
    told = {"to": str(to), "files": {name: len(body) for name, body in files.items()}}
    show(as_json, told, lambda: note(t("Written to {place}: {files}", LANG, place=to, files=", ".join(files))))


def erase(shop: ShopPath, who: Who, also: Also = None, yes: Yes = False, as_json: Json = False) -> None:
    with Shop.open(shop, named=True) as opened:
        foreseen = opened.foresee_erasure(opened.customer_number(who))
        if not as_json:
            _foretell(foreseen)
        sure = yes or (not as_json and typer.confirm(t("Erase all of this beyond recall?", LANG)))
        done = opened.erase_person(foreseen.number, also=also or ()) if sure else []
    show(as_json, {"foreseen": foreseen, "erased": done}, lambda: _tell(done))


def erasures(shop: ShopPath, as_json: Json = False) -> None:
    with Shop.open(shop, named=True) as opened:
        done, zone = opened.erasures(), opened.settings.time_zone

    def for_people() -> None:
        heads = [t("when", LANG), t("of whom", LANG), t("events", LANG), t("events of others", LANG), t("rows", LANG)]
        rows = [
            (
                moment(one.ended, LANG, zone),
                one.subject,
                *(number(n, LANG) for n in (one.events, one.rewritten, one.rejects)),
            )
            for one in done
        ]
        table(t("Erasures", LANG), heads, rows, left=2)

    show(as_json, {"erasures": done}, for_people)


def _foretell(foreseen: Foreseen) -> None:
    rows = [(identifier_label(kind, LANG), one) for kind, some in foreseen.identifiers.items() for one in some]
    table(t("To be erased", LANG), ["", ""], rows, left=2)
    note(
        t(
            "{events} {events:event|events}, {rejects} {rejects:row|rows} in quarantine; "
            "{others} {others:event of others loses|events of others lose} the name.",
            LANG,
            events=number(foreseen.events, LANG),
            rejects=number(foreseen.rejects, LANG),
            others=number(foreseen.named_by_others, LANG),
        )
    )
    if foreseen.files:
        note(
            t(
                "{files} {files:file|files} put away in drop folders {files:goes|go} too.",
                LANG,
                files=number(foreseen.files, LANG),
            )
        )


def _tell(done: list[Erased]) -> None:
    if not done:
        people.print(t("Nothing was erased.", LANG), highlight=False)
    for one in done:
        told = t(
            "Erased: {events} {events:event|events}. What stays is a hash: {subject}",
            LANG,
            events=number(one.events, LANG),
            subject=one.subject,
        )
        people.print(told, highlight=False)
        for what in one.beyond:
            note(t(BEYOND[what], LANG))
