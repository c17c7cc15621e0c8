"""How a question reaches the journeys, and how its result reaches the reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

import periplo
from periplo.analysis import Journeys, Result
from periplo.analysis.lines import json_lines
from periplo.cli.output import LANG, help_text, note, show, stream, table
from periplo.errors import UsageError
from periplo.workspace import Filters, Shop

Behind = Annotated[
    str | None,
    typer.Option(help=help_text("List the customers behind a number, by its reference.")),
]

Chart = Annotated[
    Path | None, typer.Option(metavar="FILE.svg", help=help_text("Draw the result into this file, as SVG."))
]


def journeys_of(source: Path, chosen: Filters) -> Journeys:
    """The journeys of a shop's folder or of a file, narrowed by the filters."""
    return Shop.open(source).journeys(chosen) if is_shop(source) else periplo.read(source, filters=chosen)


def is_shop(source: Path) -> bool:
    """Whether to open it as a shop; what is not there is said by opening it."""
    return source.is_dir() or not source.exists()


def answer(
    journeys: Journeys, result: Result, as_json: bool, behind: str | None = None, chart: Path | None = None
) -> None:
    """A result as JSON, or as a table with its definition and evidence below it; or the customers of one number, each
    written as soon as it is read.

    ``chart``: a file to draw it into as well. Raises ``UsageError`` where that cannot be written.
    """
    if chart is not None:
        _write(result, chart)
    if behind is not None:
        customers = journeys.each(result.behind(behind))
        stream(_one_object(json_lines(customers)) if as_json else (f"{each.name}\n".encode() for each in customers))
        return

    def for_people() -> None:
        shown = result.shown(LANG)
        table(shown.title, shown.heads, shown.rows, left=shown.left)
        note(result.explain(LANG))

    show(as_json, result.to_dict(), for_people)


def _one_object(lines: Iterable[bytes]) -> Iterator[bytes]:
    """``{"customers": […]}``, one of them a line, each as soon as it is read."""
    before = b'{"customers": [\n'
    for line in lines:
        yield before + line.rstrip(b"\n")
        before = b",\n"
    yield b"\n]}\n" if before == b",\n" else b'{"customers": []}\n'


def _write(result: Result, file: Path) -> None:
    if file.suffix.lower() != ".svg":
        raise UsageError(
            "A chart is written as SVG, not “{name}”.", fix="Name a file that ends in .svg.", name=file.name
        )
    try:
        file.write_text(result.chart(LANG), "utf-8")
    except OSError as error:
        raise UsageError(
            "The chart cannot be written to {file}: {reason}.", file=file, reason=error.strerror
        ) from error
