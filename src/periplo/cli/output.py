"""How commands speak: one JSON object for programs, tables for people, in the language of the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from operator import gt
from typing import Annotated, Any, Protocol

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from periplo.language import Lang, from_environment, t

LANG = from_environment()
# What people and files said is shown as it is: brackets and colons are no signs for us.
people = Console(markup=False, emoji=False)
errors = Console(stderr=True, markup=False, emoji=False)

_LONGEST_WORD = 32  # as a write key, which is copied from here
"""What is longer than this, such as an address, is no word, and may be broken."""


def help_text(text: str) -> str:
    """A help text in the language of the terminal."""
    return t(text, LANG)


class Told(Protocol):
    """What says itself in words."""

    def tell(self, lang: Lang) -> str: ...


Json = Annotated[bool, typer.Option("--json", help=help_text("Print one JSON object and nothing else."))]


def show(as_json: bool, data: Any, for_people: Callable[[], None]) -> None:
    """``data`` as one JSON object, or whatever ``for_people`` prints."""
    if not as_json:
        for_people()
        return
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def in_words(told: Told) -> dict[str, Any]:
    """A finding, a note or a row as plain data: its templates and values, and the ``message`` that they make."""
    return {**msgspec.to_builtins(told), "message": told.tell(LANG)}


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, left: int = 1) -> None:
    """A table; the first ``left`` columns are text, the rest numbers."""
    people.print(title, style="bold", highlight=False)
    rows = [*rows]
    columns = [*zip_longest(heads, *rows, fillvalue="")]
    gap = 1 if sum(_least(columns, left)) > people.width - 2 * (len(heads) - 1) else 2
    drawn = Table(header_style="dim", box=None, pad_edge=False, padding=(0, gap, 0, 0), show_header=any(heads))
    widths = fitting(columns, people.width - gap * (len(heads) - 1), left)
    for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
        drawn.add_column(head, justify="left" if place < left else "right", overflow="fold", width=width)
    for row in rows:
        drawn.add_row(*row)
    people.print(drawn)


def fitting(columns: Sequence[Sequence[str]], room: int, left: int) -> list[int]:
    """How wide each column is, together at most ``room``. The widest give way first, texts (the first ``left``) and
    heads down to their longest word and numbers not at all; words are broken only where there is no room for them."""
    wide = [min(room, _longest(column)) for column in columns]
    for floor in (_least(columns, left), [1] * len(wide)):
        while sum(wide) > room and any(map(gt, wide, floor)):
            wide[max(range(len(wide)), key=lambda place: (wide[place] > floor[place]) * wide[place])] -= 1
    return wide


def _least(columns: Sequence[Sequence[str]], left: int) -> list[int]:
    """How wide each column is at least, if no word is to be broken. A column begins with its head."""
    texts = [
        min(_longest(word for text in column for word in text.split()), _LONGEST_WORD) for column in columns[:left]
    ]
    return texts + [_longest([*head.split(), *cells]) for head, *cells in columns[left:]]


def _longest(texts: Iterable[str]) -> int:
    return max((cell_len(line) for text in texts for line in text.split("\n")), default=0)


def stream(lines: Iterable[bytes]) -> None:
    """Lines as they come, for people and for pipes."""
    sys.stdout.buffer.writelines(lines)
    sys.stdout.buffer.flush()


def note(text: str) -> None:
    """A quiet line below a table: definition and evidence."""
    people.print(text, style="dim", highlight=False)
