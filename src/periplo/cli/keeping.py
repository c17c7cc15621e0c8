"""``periplo quarantine`` and ``periplo doctor``: what was set aside, and whether all is well."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from periplo.cli.importing import summary
from periplo.cli.options import ShopPath
from periplo.cli.output import LANG, Json, help_text, in_words, note, people, show, table
from periplo.errors import UsageError
from periplo.language import number, t
from periplo.log import Reject
from periplo.workspace import Shop, check

quarantine = typer.Typer(
    name="quarantine",
    help=help_text("Rows that could not be read: see why, and read them again once mended."),
    no_args_is_help=True,
    rich_markup_mode=None,
)
ID_SHOWN = 12
"""Of an id that is long: the beginning of one is enough to name it."""
RejectId = Annotated[str, typer.Argument(metavar="ID", help=help_text("The row's number in the list."))]
Most = Annotated[int, typer.Option(min=1, max=10_000, help=help_text("How many rows at most."))]
From = Annotated[str | None, typer.Option(help=help_text("Only the rows of this file or source."))]
Stage = Annotated[
    str | None, typer.Option(help=help_text("Only those refused there: import, parse, plan, webhook, read, dedupe."))
]
Rule = Annotated[str | None, typer.Option(help=help_text("Only those that broke this rule."))]
Only = Annotated[list[str] | None, typer.Option("--id", help=help_text("Only this row; repeat for more."))]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PLACE=VALUE",
        help=help_text("A value by its place, as properties.price=3, or by its column; null takes it away."),
    ),
]
Whole = Annotated[
    Path | None,
    typer.Option("--file", exists=True, dir_okay=False, help=help_text("A file with the whole row as it should be.")),
]
MapFile = Annotated[Path | None, typer.Option("--map", help=help_text("A mapping file: which column means what."))]


def register(app: typer.Typer) -> None:
    quarantine.command("list", help=help_text("The rows set aside, and why."))(list_rows)
    quarantine.command("show", help=help_text("One row, whole."))(show_row)
    quarantine.command("mend", help=help_text("Say how a row should be; it is kept as it was, too."))(mend)
    quarantine.command("discard", help=help_text("Forget rows that nobody needs."))(discard)
    quarantine.command("replay", help=help_text("Read the rows again, after mending the cause."))(replay)
    app.add_typer(quarantine)
    app.command("doctor", help=help_text("Check a shop and say what is wrong."))(doctor)


def list_rows(
    shop: ShopPath, most: Most = 50, source: From = None, stage: Stage = None, rule: Rule = None, as_json: Json = False
) -> None:
    opened = Shop.open(shop)
    rows = opened.quarantine.list(limit=most, file=source, stage=stage, rule=rule)
    total = opened.quarantine.count(file=source, stage=stage, rule=rule)

    def for_people() -> None:
        heads = [t("number", LANG), t("file or source", LANG), t("line", LANG), t("where refused", LANG)]
        heads += [t("field", LANG), t("reason", LANG)]
        cells = [
            (row.reject_id[:ID_SHOWN], row.file, str(row.line), row.stage, row.field, row.tell(LANG)) for row in rows
        ]
        table(t("Set aside: {n} {n:row|rows}", LANG, n=number(total, LANG)), heads, cells, left=6)
        note(t("One row whole: periplo quarantine show {shop} ID", LANG, shop=shop))

    show(as_json, {"total": total, "rows": [in_words(row.legible()) for row in rows]}, for_people)


def show_row(shop: ShopPath, reject_id: RejectId, as_json: Json = False) -> None:
    row = Shop.open(shop).quarantine.show(reject_id).legible()
    show(as_json, in_words(row), lambda: _tell(row))


def mend(
    shop: ShopPath, reject_id: RejectId, changes: Changes = None, file: Whole = None, as_json: Json = False
) -> None:
    if bool(changes) == bool(file):
        raise UsageError(
            "Say what to change.",
            why="A row is mended by single values, or by a file with the whole of it.",
            fix="Give --set PLACE=VALUE, or --file FILE.",
        )
    with Shop.open(shop) as opened:
        text = file.read_text("utf-8").rstrip("\n") if file else None
        row = opened.mend(reject_id, text=text, changes=dict(map(_change, changes or []))).legible()

    def for_people() -> None:
        people.print(row.mended, highlight=False)
        note(t("Read it again: periplo quarantine replay {shop} --id {id}", LANG, shop=shop, id=row.reject_id))

    show(as_json, row, for_people)


def replay(shop: ShopPath, map_file: MapFile = None, only: Only = None, as_json: Json = False) -> None:
    with Shop.open(shop) as opened:
        report = opened.replay_quarantine(mapping=map_file, only=only or None)
        show(as_json, report.counts(), lambda: summary(report, shop))


def discard(
    shop: ShopPath,
    only: Only = None,
    source: From = None,
    stage: Stage = None,
    rule: Rule = None,
    as_json: Json = False,
) -> None:
    if bool(only) == bool(source or stage or rule):
        raise UsageError(
            "Say which rows to forget.",
            why="They are named one by one, or by what they have in common; they do not come back.",
            fix="Give --id ID, or some of --source, --stage and --rule.",
        )
    with Shop.open(shop) as opened:
        kept = opened.quarantine
        ids = [kept.show(one).reject_id for one in only] if only else kept.ids(file=source, stage=stage, rule=rule)
        gone = kept.discard(ids)
    show(as_json, {"discarded": gone}, lambda: note(t("Forgotten: {n}", LANG, n=number(gone, LANG))))


def _tell(row: Reject) -> None:
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
    people.print(row.raw, highlight=False)
    if row.mended is not None and row.replayed_at is None:
        note(t("Mended, and not read again yet:", LANG))
        people.print(row.mended, highlight=False)


def _change(text: str) -> tuple[str, Any]:
    """``properties.price=3``: a place and its value, JSON where it is that, else text."""
    from periplo.workspace.edits import given as value_in  # reading files needs much that a list of rows does not

    place, given, value = text.partition("=")
    if not given:
        raise UsageError("“{text}” has no value.", fix="Write it as PLACE=VALUE.", text=text)
    return place, value_in(value)


def doctor(shop: ShopPath, as_json: Json = False) -> None:
    findings = check(shop)
    wrong = [finding for finding in findings if finding.level != "ok"]

    def for_people() -> None:
        marks = {"ok": "✓", "warning": "!", "error": "✗"}
        for line in dict.fromkeys(f"{marks[finding.level]} {finding.tell(LANG)}" for finding in findings):
            people.print(line, highlight=False)  # once: several parts may rest on one damaged file

    show(as_json, {"healthy": not wrong, "findings": list(map(in_words, findings))}, for_people)
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)
