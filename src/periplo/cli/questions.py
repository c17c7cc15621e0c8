"""``stages``: for a shop the stages are those of its map."""

from __future__ import annotations

import typer

from periplo.cli.options import Channel, Segment, Since, Source, Until, Where, filters
from periplo.cli.output import Json, help_text
from periplo.cli.results import Behind, Chart, answer, is_shop, journeys_of
from periplo.maps import stage_flow
from periplo.workspace import Shop


def register(app: typer.Typer) -> None:
    app.command(help=help_text("How customers move through the stages of the map."))(stages)


def stages(
    source: Source,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    segment: Segment = None,
    where: Where = None,
    behind: Behind = None,
    chart: Chart = None,
    as_json: Json = False,
) -> None:
    chosen = filters(since, until, channel, segment, where)
    if is_shop(source):
        shop = Shop.open(source)
        journeys = shop.journeys(chosen)
        answer(journeys, stage_flow(journeys, shop.map_definition()), as_json, behind, chart)
    else:
        journeys = journeys_of(source, chosen)
        answer(journeys, journeys.stages(), as_json, behind, chart)
