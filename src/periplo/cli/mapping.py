"""``periplo map``: the living map as a picture, a page, a table or text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from periplo.cli.options import Channel, Segment, ShopPath, Since, Until, filters
from periplo.cli.output import LANG, Json, help_text, people, show
from periplo.errors import UnknownName
from periplo.language import LANGUAGES, Lang, choose, t
from periplo.maps import export
from periplo.workspace import Shop

MapFile = Annotated[
    str | None, typer.Option("--map", help=help_text("A *.journey.yaml file or a template: retail, travel, banking."))
]
Out = Annotated[
    Path, typer.Option(help=help_text("Where to write it; the ending says how: svg png pdf html csv json mmd"))
]
Language = Annotated[str | None, typer.Option("--lang", help=help_text("es or en; the terminal's when left out."))]


def register(app: typer.Typer) -> None:
    app.command("map", help=help_text("Write the living map: svg, png, pdf, html, csv, json or mmd."))(write_map)


def write_map(
    shop: ShopPath,
    out: Out,
    map_file: MapFile = None,
    lang: Language = None,
    since: Since = None,
    until: Until = None,
    channel: Channel = None,
    segment: Segment = None,
    as_json: Json = False,
) -> None:
    opened = Shop.open(shop)
    reading = opened.read_map(opened.map_definition(map_file), filters(since, until, channel, segment))
    export(reading, out, language(lang))
    data = {"out": str(out), "bytes": out.stat().st_size}
    show(as_json, data, lambda: people.print(t("Written: {out}", LANG, out=out), highlight=False))


def language(name: str | None) -> Lang:
    """The language asked for, or the terminal's. Raises ``UnknownName``."""
    if name is None:
        return LANG
    if name not in LANGUAGES:
        raise UnknownName("language", name, LANGUAGES)
    return choose(name, LANG)
