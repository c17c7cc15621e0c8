"""``periplo simulate``: a seeded shop, its events and the truth beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.output import LANG, Json, help_text, people, show
from periplo.language import number, t

Out = Annotated[Path, typer.Option(help=help_text("The folder to write into."))]
Customers = Annotated[int, typer.Option(help=help_text("How many customers."))]
Days = Annotated[int, typer.Option(help=help_text("How many days."))]
Seed = Annotated[int, typer.Option(help=help_text("The same seed gives the same shop, to the byte."))]


def register(app: typer.Typer) -> None:
    app.command("simulate", help=help_text("Make a shop of invented customers, with the truth beside it."))(run)


def run(out: Out, customers: Customers = 20_000, days: Days = 120, seed: Seed = 1, as_json: Json = False) -> None:
    from periplo.simulator import simulate

    report = simulate(customers, days, seed, out)

    def for_people() -> None:
        text = t(
            "{events} {events:event|events} of {customers} invented {customers:customer|customers} in {out}. "
            "Read them: periplo import {file} --into SHOP",
            LANG,
            events=number(report.events, LANG),
            customers=number(customers, LANG),
            out=out,
            file=report.file,
        )
        people.print(text, highlight=False)

    show(as_json, report, for_people)
