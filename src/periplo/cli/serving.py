"""``periplo serve`` and ``periplo demo``: the living map in a browser."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Annotated

import typer

from periplo.cli.importing import progress_bar
from periplo.cli.options import NoBrowser, Port, ShopPaths
from periplo.cli.output import LANG, help_text, people
from periplo.errors import PeriploError
from periplo.language import duration, number, t
from periplo.operation import set_up, stopping
from periplo.operation.memory import spare
from periplo.workspace import Shop

log = logging.getLogger("periplo.work")

NONE: Mapping[Path, PeriploError] = {}

DEMO_CUSTOMERS, DEMO_DAYS, DEMO_SEED = 20_000, 120, 1

Host = Annotated[
    str | None, typer.Option(help=help_text("The address to listen on; on any but this machine's everybody signs in."))
]
NoWork = Annotated[bool, typer.Option("--no-work", help=help_text("Leave the work behind requests to periplo worker."))]
DemoPath = Annotated[Path, typer.Option("--into", help=help_text("The folder of the demo shop."))]


def register(app: typer.Typer) -> None:
    app.command("serve", help=help_text("Show the living map of a shop, or of several, in the browser."))(serve_shop)
    app.command(
        "worker", help=help_text("Do the work behind the requests of shops, beside servers started with --no-work.")
    )(work)
    app.command("demo", help=help_text("Make a demo shop, if it is not there yet, and show its map."))(demo)


def serve_shop(
    shops: ShopPaths,
    port: Port = None,
    host: Host = None,
    no_work: NoWork = False,
    no_browser: NoBrowser = False,
) -> None:
    opened, closed = open_all(shops)
    show_live(*opened, closed=closed, host=host, port=port, open_browser=not no_browser, work=not no_work)


def open_all(paths: list[Path]) -> tuple[list[Shop], dict[Path, PeriploError]]:
    """The shops that can be opened, and why the others cannot. Raises that where it is all there is to say."""
    opened, closed = list[Shop](), dict[Path, PeriploError]()
    for path in paths:
        try:
            opened.append(Shop.open(path))
        except PeriploError as error:
            closed[path] = error
    if not opened:
        raise next(iter(closed.values()))
    return opened, closed


def work(shops: ShopPaths) -> None:
    spare()
    opened, closed = open_all(shops)
    set_up(opened[0].settings.logs.level, opened[0].settings.logs.format)
    for path, error in closed.items():
        log.error("Nothing is done for the shop %s: %s", path.name, error)
    behind, ended = [shop.work() for shop in opened], Event()
    for shop, its in zip(opened, behind, strict=True):
        its.start()
        people.print(t("Working on {shop}. Ctrl-C ends it.", LANG, shop=shop.settings.name), highlight=False)
    with stopping(ended.set):
        ended.wait()
    for its in behind:
        its.end()
    for shop, its in zip(opened, behind, strict=True):
        its.stop()
        shop.close()


def demo(into: DemoPath = Path("demo"), port: Port = None, no_browser: NoBrowser = False) -> None:
    if not Shop.exists(into):
        make_demo(into)
    show_live(Shop.open(into), host="127.0.0.1", port=port, open_browser=not no_browser)


def show_live(
    *shops: Shop,
    closed: Mapping[Path, PeriploError] = NONE,
    host: str | None,
    port: int | None,
    open_browser: bool,
    work: bool = True,
) -> None:
    from periplo.server import serve  # the web parts take a second to load, which no other command should wait for

    serve(*shops, closed=closed, host=host, port=port, open_browser=open_browser, work=work)


def make_demo(into: Path) -> None:
    """The demo shop, made in a folder beside and put in place whole, so that half a demo is never shown."""
    from periplo.simulator import simulate

    into.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into.parent, prefix=".demo-") as folder:
        people.print(t("Inventing a shop of {n} {n:customer|customers} …", LANG, n=number(DEMO_CUSTOMERS, LANG)))
        events = simulate(DEMO_CUSTOMERS, DEMO_DAYS, DEMO_SEED, Path(folder) / "simulated")
        with (
            Shop.create(Path(folder) / "shop", settings_file=events.settings) as shop,
            progress_bar(hidden=False) as bar,
        ):
            report = shop.import_files([str(events.file)], preset="segment", progress=bar)
        shutil.move(Path(folder) / "shop", into)
        people.print(
            t(
                "{events} {events:event|events} of {customers} {customers:customer|customers} read in {time}.",
                LANG,
                events=number(report.events, LANG),
                customers=number(report.customers, LANG),
                time=duration(report.seconds, LANG),
            )
        )
