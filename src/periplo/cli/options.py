"""The options that several commands share."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.output import help_text
from periplo.errors import UsageError
from periplo.workspace import Filters

ShopPath = Annotated[Path, typer.Argument(metavar="SHOP", help=help_text("The folder of the shop."))]
ShopPaths = Annotated[
    list[Path], typer.Argument(metavar="SHOP…", help=help_text("The folder of the shop, or of several shops."))
]
Source = Annotated[Path, typer.Argument(metavar="SHOP|FILE", help=help_text("The folder of a shop, or a file."))]
Since = Annotated[str | None, typer.Option(help=help_text("First day, as 2026-01-31."))]
Until = Annotated[str | None, typer.Option(help=help_text("Last day, that day included, as 2026-01-31."))]
Channel = Annotated[str | None, typer.Option(help=help_text("Only the events of this channel."))]
Segment = Annotated[str | None, typer.Option(help=help_text("Only the customers of this segment."))]
Where = Annotated[
    str | None, typer.Option(help=help_text("Only the customers for whom a predicate holds: an event name, or JSON."))
]
FILTERS = {"since": Since, "until": Until, "channel": Channel, "segment": Segment, "where": Where}
NoBrowser = Annotated[bool, typer.Option("--no-browser", help=help_text("Do not open a browser."))]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help=help_text("The port to listen on; 0 takes a free one."))
]


def filters(
    since: str | None,
    until: str | None,
    channel: str | None = None,
    segment: str | None = None,
    where: str | None = None,
) -> Filters:
    """The filters of a command line; a day that cannot be read, or an empty period, is wrong use."""
    first, last = day_of(since, "--since"), day_of(until, "--until")
    if first and last and first > last:
        raise UsageError("--since {since} lies after --until {until}.", fix="Swap them.", since=since, until=until)
    return Filters(since=first, until=last, channel=channel, segment=segment, where=where)


def day_of(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        today = date.today()
        raise UsageError(
            "{option} takes a day, not “{text}”.",
            fix="Write it as year-month-day, for example {example}.",
            option=option,
            text=text,
            example=today - timedelta(days=30),
        ) from None
