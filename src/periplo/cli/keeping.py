"""``periplo quarantine`` and ``periplo doctor``: what was set aside, and whether all is well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.importing import summary
from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, note, people, show, table
from periplo.language import number, t
from periplo.workspace import Shop

quarantine = typer.Typer(
    name="quarantine",
    help=help_text("Rows that could not be read: see why, and read them again once mended."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
RejectId = Annotated[str, typer.Argument(metavar="ID", help=help_text("The row's number in the list."))]
Most = Annotated[int, typer.Option(min=1, max=10_000, help=help_text("How many rows at most."))]
MapFile = Annotated[Path | None, typer.Option("--map", help=help_text("A mapping file: which column means what."))]


def register(app: typer.Typer) -> None:
    quarantine.command("list", help=help_text("The rows set aside, and why."))(list_rows)
    quarantine.command("show", help=help_text("One row, whole."))(show_row)
    quarantine.command("replay", help=help_text("Read the rows again, after mending the cause."))(replay)
    app.add_typer(quarantine)
    app.command("doctor", help=help_text("Check a shop and say what is wrong."))(doctor)


def list_rows(shop: ShopPath, most: Most = 50, as_json: Json = False) -> None:
    opened = Shop.open(shop)
    rows, total = opened.quarantine.list(limit=most), opened.quarantine.count()

    def for_people() -> None:
        heads = [t("number", LANG), t("file", LANG), t("line", LANG), t("field", LANG), t("reason", LANG)]
        cells = [(row.reject_id, row.file, str(row.line), row.field, row.tell(LANG)) for row in rows]
        table(t("Set aside: {n} rows", LANG, n=number(total, LANG)), heads, cells, left=5)
        note(t("One row whole: periplo quarantine show {shop} ID", LANG, shop=shop))

    show(as_json, {"total": total, "rows": rows}, for_people)


def show_row(shop: ShopPath, reject_id: RejectId, as_json: Json = False) -> None:
    row = Shop.open(shop).quarantine.show(reject_id)

    def for_people() -> None:
        note(
            t(
                "{file}, line {line}, field {field}: {reason}",
                LANG,
                file=row.file,
                line=row.line,
                field=row.field,
                reason=row.tell(LANG),
            )
        )
        people.print(row.raw, markup=False, highlight=False)

    show(as_json, row, for_people)


def replay(shop: ShopPath, map_file: MapFile = None, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        report = opened.replay_quarantine(mapping=map_file)
        show(as_json, report.counts(), lambda: summary(report, shop))


def doctor(shop: ShopPath, as_json: Json = False) -> None:
    findings = Shop.open(shop, repair=False).doctor()
    wrong = [finding for finding in findings if finding.level != "ok"]

    def for_people() -> None:
        marks = {"ok": "✓", "warning": "!", "error": "✗"}
        for finding in findings:
            people.print(f"{marks[finding.level]} {finding.tell(LANG)}", markup=False, highlight=False)

    show(as_json, {"healthy": not wrong, "findings": findings}, for_people)
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)
