"""``periplo serve`` and ``periplo demo``: the living map in a browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from periplo.cli.importing import progress_bar
from periplo.cli.options import NoBrowser, Port, ShopPath
from periplo.cli.output import LANG, help_text, people
from periplo.language import duration, number, t
from periplo.operation import set_up, stopping
from periplo.workspace import Shop

DEMO_CUSTOMERS, DEMO_DAYS, DEMO_SEED = 20_000, 120, 1

Host = Annotated[
    str | None, typer.Option(help=help_text("The address to listen on; on any but this machine's everybody signs in."))
]
NoWork = Annotated[bool, typer.Option("--no-work", help=help_text("Leave the work behind requests to periplo worker."))]
DemoPath = Annotated[Path, typer.Option("--into", help=help_text("The folder of the demo shop."))]


def register(app: typer.Typer) -> None:
    app.command("serve", help=help_text("Show a shop's living map in the browser."))(serve_shop)
    app.command(
        "worker", help=help_text("Do a shop's work behind the requests, beside servers started with --no-work.")
    )(work)
    app.command("demo", help=help_text("Make a demo shop, if it is not there yet, and show its map."))(demo)


def serve_shop(
    shop: ShopPath,
    port: Port = None,
    host: Host = None,
    no_work: NoWork = False,
    no_browser: NoBrowser = False,
) -> None:
    show_live(Shop.open(shop), host=host, port=port, open_browser=not no_browser, work=not no_work)


def work(shop: ShopPath) -> None:
    with Shop.open(shop) as opened:
        set_up(opened.settings.logs.level, opened.settings.logs.format)
        behind = opened.work()
        people.print(t("Working on {shop}. Ctrl-C ends it.", LANG, shop=opened.settings.name), highlight=False)
        with stopping(behind.end):
            behind.run()


def demo(into: DemoPath = Path("demo"), port: Port = None, no_browser: NoBrowser = False) -> None:
    if not Shop.exists(into):
        make_demo(into)
    show_live(Shop.open(into), host="127.0.0.1", port=port, open_browser=not no_browser)


def show_live(shop: Shop, *, host: str | None, port: int | None, open_browser: bool, work: bool = True) -> None:
    from periplo.server import serve  # the web parts take a second to load, which no other command should wait for

    serve(shop, host=host, port=port, open_browser=open_browser, work=work)


def make_demo(into: Path) -> None:
    """The demo shop, made in a folder beside and put in place whole, so that half a demo is never shown."""
    from periplo.simulator import simulate

    into.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=into.parent, prefix=".demo-") as folder:
        people.print(t("Inventing a shop of {n} customers …", LANG, n=number(DEMO_CUSTOMERS, LANG)))
        events = simulate(DEMO_CUSTOMERS, DEMO_DAYS, DEMO_SEED, Path(folder) / "simulated")
        with (
            Shop.create(Path(folder) / "shop", settings_file=events.settings) as shop,
            progress_bar(hidden=False) as bar,
        ):
            report = shop.import_files([str(events.file)], preset="segment", progress=bar)
        shutil.move(Path(folder) / "shop", into)
        people.print(
            t(
                "{events} events of {customers} customers read in {time}.",
                LANG,
                events=number(report.events, LANG),
                customers=number(report.customers, LANG),
                time=duration(report.seconds, LANG),
            )
        )
