"""``funnel``, ``kpis``, ``stages``, ``transitions``: questions to a shop or straight to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import periplo
from periplo.analysis import Journeys, Result
from periplo.cli.options import By, Channel, Segment, Since, Source, Until, filters
from periplo.cli.output import LANG, Json, help_text, note, show, table
from periplo.maps import stage_flow
from periplo.workspace import Filters, Shop

Steps = Annotated[list[str], typer.Option("--step", help=help_text("An event name or a predicate; once per step."))]
Within = Annotated[str, typer.Option(help=help_text("The longest a journey may take: 7d, 12h, 30min."))]


def register(app: typer.Typer) -> None:
    app.command(help=help_text("How many customers went from step to step."))(funnel)
    app.command(help=help_text("The key figures of a shop."))(kpis)
    app.command(help=help_text("How customers move through the stages of the map."))(stages)
    app.command(help=help_text("Which touchpoint follows which."))(transitions)


def funnel(
    source: Source,
    step: Steps,
    within: Within = "7d",
    by: By = None,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    segment: Segment = None,
    as_json: Json = False,
) -> None:
    journeys = journeys_of(source, filters(since, until, channel, segment))
    answer(journeys.funnel(*step, within=within, by=by), as_json)


def kpis(
    source: Source,
    since: Since = None,
    until: Until = None,
    by: By = None,
    channel: Channel = None,
    segment: Segment = None,
    as_json: Json = False,
) -> None:
    journeys = journeys_of(source, filters(since, until, channel, segment))
    answer(journeys.kpis(by=by), as_json)


def stages(
    source: Source,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    segment: Segment = None,
    as_json: Json = False,
) -> None:
    chosen = filters(since, until, channel, segment)
    if is_shop(source):
        shop = Shop.open(source)
        answer(stage_flow(shop.journeys(chosen), shop.map_definition()), as_json)
    else:
        answer(journeys_of(source, chosen).stages(), as_json)


def transitions(
    source: Source,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    segment: Segment = None,
    as_json: Json = False,
) -> None:
    answer(journeys_of(source, filters(since, until, channel, segment)).transitions(), as_json)


def journeys_of(source: Path, chosen: Filters) -> Journeys:
    """The journeys of a shop's folder or of a file, narrowed by the filters."""
    return Shop.open(source).journeys(chosen) if is_shop(source) else periplo.read(source, filters=chosen)


def is_shop(source: Path) -> bool:
    """Whether to open it as a shop; what is not there is said by opening it."""
    return source.is_dir() or not source.exists()


def answer(result: Result, as_json: bool) -> None:
    """A result as JSON, or as a table with its definition and evidence below it."""

    def for_people() -> None:
        shown = result.shown(LANG)
        table(shown.title, shown.heads, shown.rows, left=shown.left)
        note(result.explain(LANG))

    show(as_json, result.to_dict(), for_people)
