"""``periplo import``: files into a shop, with a progress bar, and the map at the end."""

from __future__ import annotations

import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from periplo.cli.options import NoBrowser
from periplo.cli.output import LANG, Json, errors, help_text, in_words, note, people, show, table
from periplo.intake import Progress
from periplo.language import duration, number, t
from periplo.maps import export
from periplo.operation.memory import spare
from periplo.operation.shelf import sparing_memory
from periplo.workspace import ImportReport, Shop

Files = Annotated[list[str], typer.Argument(metavar="FILE…", help=help_text("Files, folders or patterns to read."))]
Into = Annotated[Path | None, typer.Option(help=help_text("The folder of the shop; made if it is not there."))]
Preset = Annotated[str | None, typer.Option(help=help_text("What kind of export it is; guessed when left out."))]
MapFile = Annotated[Path | None, typer.Option("--map", help=help_text("A mapping file: which column means what."))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=help_text("Only show how the columns would be read."))]


def register(app: typer.Typer) -> None:
    app.command("import", help=help_text("Read files into a shop and show its map."))(import_files)


def import_files(
    files: Files,
    into: Into = None,
    preset: Preset = None,
    map_file: MapFile = None,
    dry_run: DryRun = False,
    no_browser: NoBrowser = False,
    as_json: Json = False,
) -> None:
    spare()
    target = into or Path("shops") / shop_name(files[0])
    with sparing_memory(), Shop.open(target, create=not dry_run, draft=dry_run) as shop:
        with progress_bar(hidden=as_json) as progress:
            report = shop.import_files(files, preset=preset, mapping=map_file, dry_run=dry_run, progress=progress)
        if dry_run:
            plan = {**msgspec.to_builtins(report.plan), "notes": list(map(in_words, report.plan.notes))}
            told = {"preset": report.preset, "plan": plan, "not_planned": report.not_planned}
            show(as_json, told, lambda: show_plan(report))
            return
        show(as_json, {**report.counts(), "not_planned": report.not_planned}, lambda: summary(report, target))
        if not as_json:
            show_map(shop, target, no_browser)


def shop_name(file: str) -> str:
    """The name of a shop made from its first file: ``export/Orders 2026.csv.gz`` -> ``orders_2026``."""
    name = Path(file).name.split(".")[0] or Path(file).resolve().name
    return "".join(ch if ch.isalnum() else "_" for ch in name.lower()).strip("_") or "shop"


@contextmanager
def progress_bar(*, hidden: bool) -> Iterator[Callable[[Progress], None]]:
    """Share done, rows, rows per second and time left, on stderr."""
    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=hidden,
    )
    with bar:
        task = bar.add_task(t("Reading", LANG), total=None, rate="")

        def update(step: Progress) -> None:
            rate = t(
                "{rows} {rows:row|rows}, {rate} rows/s",
                LANG,
                rows=number(step.rows, LANG),
                rate=number(step.rate, LANG),
            )
            bar.update(task, completed=step.bytes_done, total=step.bytes_total or None, rate=rate)

        yield update


def summary(report: ImportReport, target: Path) -> None:
    counts = report.counts()
    labels = {
        "read": t("rows read", LANG),
        "accepted": t("accepted", LANG),
        "duplicates": t("already there", LANG),
        "rejected": t("set aside in quarantine", LANG),
        "erased": t("of people who were erased", LANG),
        "dropped": t("that nobody consented to", LANG),
        "nameless": t("events counted without a name, for want of consent", LANG),
        "events": t("events in the shop", LANG),
        "customers": t("customers in the shop", LANG),
    }
    how = t("Columns guessed", LANG) if report.plan.guessed else report.preset or t("Read again", LANG)
    took = t("{preset}, in {time}", LANG, preset=how, time=duration(report.seconds, LANG))

    def shown(key: str) -> bool:
        return counts[key] > 0 or key not in ("erased", "dropped", "nameless")

    table(took, ["", ""], [(label, number(counts[key], LANG)) for key, label in labels.items() if shown(key)])
    for said in report.notes:
        note(said.tell(LANG))
    tell_not_planned(report)
    if report.rejected:
        note(t("See why rows were set aside: periplo quarantine list {shop}", LANG, shop=target))


def tell_not_planned(report: ImportReport) -> None:
    for one in report.not_planned:
        told = {"where": one.where, "rule": one.rule, "n": number(one.count, LANG)}
        note(t("Not as planned: {where} ({rule}) · {n}", LANG, **told))


def show_plan(report: ImportReport) -> None:
    """What each column would become, with examples, before anything is written."""
    heads = [t("column", LANG), t("becomes", LANG), t("example", LANG), t("how sure", LANG)]
    rows = [(item.column, item.field, item.example, item.sure) for item in report.plan.items]
    table(t("Read as {preset}", LANG, preset=report.preset), heads, rows, left=4)
    for said in report.notes:
        note(said.tell(LANG))
    tell_not_planned(report)
    for text in report.plan.mappings.values() if report.plan.guessed else ():
        note(t("To read it otherwise, save this as mapping.yaml, change it, and add --map mapping.yaml:", LANG))
        people.print(text, highlight=False)
    note(t("Nothing was written. Leave out --dry-run to import.", LANG))


def show_map(shop: Shop, target: Path, no_browser: bool) -> None:
    """The map as one HTML file beside the shop's data, opened where there is a browser and a person."""
    page = target / "map.html"
    export(shop.read_map(), page, LANG)
    people.print(t("The map: {page}", LANG, page=page), highlight=False)
    note(t("Live in the browser: periplo serve {shop}", LANG, shop=target))
    if people.is_terminal and not no_browser:
        webbrowser.open(page.resolve().as_uri())
