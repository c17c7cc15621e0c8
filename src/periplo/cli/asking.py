"""A command for every question: the options of its method, the filters, ``--behind``, ``--json`` and ``--chart``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from periplo.analysis import Journeys, Option, options_of, put, questions
from periplo.cli.options import FILTERS, Source, filters
from periplo.cli.output import Json, help_text
from periplo.cli.results import Behind, Chart, answer, journeys_of


def register(app: typer.Typer) -> None:
    for name, asks in questions(Journeys).items():
        app.command(name.replace("_", "-"), help=help_text(asks))(_command(name, options_of(getattr(Journeys, name))))


def _command(name: str, options: tuple[Option, ...]) -> Callable[..., None]:
    def run(source: Any, as_json: bool, behind: str | None, chart: Path | None, **given: Any) -> None:
        chosen = filters(**{each: given.pop(each) for each in FILTERS})
        journeys = journeys_of(source, chosen)
        answer(journeys, put(journeys, name, given), as_json, behind, chart)

    parameters = [
        _parameter("source", Source),
        *(_parameter(option.name, _annotation(option)) for option in options if option.required),
        *(_parameter(option.name, _annotation(option), option.default) for option in options if not option.required),
        *(_parameter(each, annotation, None) for each, annotation in FILTERS.items()),
        _parameter("behind", Behind, None),
        _parameter("chart", Chart, None),
        _parameter("as_json", Json, False),
    ]
    run.__dict__["__signature__"] = inspect.Signature(parameters)
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _annotation(option: Option) -> Any:
    name = option.name.replace("_", "-")
    flags = f"--{name}/--no-{name}" if option.kind is bool and option.default else f"--{name}"
    info = typer.Option(flags, help=help_text(option.help))
    one: Any = Literal[option.choices] if option.choices else option.kind
    kind: Any = list[one] if option.many else one
    return Annotated[kind if option.required or option.default is not None else kind | None, info]
