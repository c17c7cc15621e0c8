"""The ``periplo`` command: gathers the commands, and turns every error into words and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from periplo.cli import (
    access,
    asking,
    backing,
    identity,
    importing,
    keeping,
    mapping,
    people,
    privacy,
    questions,
    serving,
    simulating,
    sources,
    verifying,
)
from periplo.cli.output import LANG, errors, help_text
from periplo.cli.wrong_use import told
from periplo.errors import PeriploError, UsageError
from periplo.language import t, tell
from periplo.operation import trouble_of

app = typer.Typer(
    name="periplo",
    help=help_text("Customer journeys of a shop: read its events, draw the living map, ask questions."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ANSWERING, RUNNING = (questions, asking, mapping), (serving, simulating, keeping, backing, sources, access)
for room in (importing, *ANSWERING, people, identity, privacy, verifying, *RUNNING):
    room.register(app)


def main() -> NoReturn:
    """Runs the command. Exit code 0, 2 for wrong use, 1 for failure; errors go to stderr, never as a traceback."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except PeriploError as error:
        say(error)
        sys.exit(error.exit_code)
    except TyperException as error:
        refuse(error)
    except KeyboardInterrupt:
        errors.print(t("Stopped.", LANG))
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        unwritten = trouble_of(error)
        say(unwritten) if unwritten else unexpected(error)
        sys.exit(1)


def refuse(error: TyperException) -> NoReturn:
    """Ends on a command that was written wrongly; one without any word shows what there is."""
    wrong = told(error)
    if wrong is not None:
        say(wrong)
    else:
        errors.print(str(error), highlight=False)
    sys.exit(UsageError.exit_code)


def say(error: PeriploError) -> None:
    """What happened, why, and what to do, each on its line."""
    said = tell(error, LANG)
    errors.print(said["what"], style="bold red", highlight=False)
    for part in ("why", "fix"):
        if said[part]:
            errors.print(said[part], highlight=False)


def unexpected(error: Exception) -> None:
    """A fault of ours: its kind and how to see all of it; the data are as they were before the last commit."""
    if os.environ.get("PERIPLO_DEBUG"):
        traceback.print_exc()
        return
    text = t(
        "Something went wrong inside Periplo ({kind}: {detail}). Your data are safe. Run it again with PERIPLO_DEBUG=1 "
        "to see the details, and please report them.",
        LANG,
        kind=type(error).__name__,
        detail=str(error).splitlines()[0] if str(error) else "",
    )
    errors.print(text, highlight=False)
