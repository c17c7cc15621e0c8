"""Tables in a terminal: as wide as they need to be, and in a narrow one no word is broken that need not be."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from periplo.cli import output
from periplo.cli.output import fitting, table

HEADS = ["column", "becomes", "example", "certainty"]
ROWS = [
    ["InvoiceNo", "order number", "536365", "by its name"],
    ["Descripción del artículo", "name of the product", "WHITE HANGING HEART T-LIGHT HOLDER", "guessed from values"],
    ["unidades", "quantity", "6", "100%"],
    ["StockCode", "product", "https://shop.example/products/85123A?variant=white&ref=newsletter", "by its name"],
]


def shown(monkeypatch: pytest.MonkeyPatch, width: int, left: int = 4) -> list[str]:
    page = Console(file=io.StringIO(), width=width, markup=False, emoji=False)
    monkeypatch.setattr(output, "people", page)
    table("", HEADS, ROWS, left=left)
    return page.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_words_stay_whole(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = shown(monkeypatch, width)
    words = {word for row in [HEADS, *ROWS] for cell in row for word in cell.split() if "/" not in word}
    assert {word for line in lines for word in line.split()} >= words
    assert max(map(len, lines)) <= width
    assert len(lines) == (6 if width == 200 else len(lines))


def test_what_is_no_word_is_broken_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    address = ROWS[3][2]
    for width in (80, 40, 20):
        lines = shown(monkeypatch, width)
        letters = "".join("".join(line.split()) for line in lines)
        assert all(letters.count(letter) >= address.count(letter) for letter in set(address))


def test_numbers_do_not_give_way() -> None:
    columns = [["a long name of something", "x"], ["visits", "1,234,567"], ["", "99.9 %"]]
    assert fitting(columns, 60, 1) == [24, 9, 6]
    assert fitting(columns, 30, 1) == [15, 9, 6]
    assert sum(fitting(columns, 12, 1)) == 12
    assert fitting([["two\nlines"], [""]], 60, 2) == [5, 0]


def test_heads_of_numbers_go_over_several_lines_before_a_word_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    heads = [
        "etapa",
        "entraron",
        "siguieron",
        "abandonaron",
        "en curso",
        "ahora en ella",
        "tiempo mediano",
        "el 90 % en",
    ]
    rows = [["Descubrimiento", "31.608", "26.860", "3.045", "1.703", "5.987", "48 s", "7 d 21 h"]]
    page = Console(file=io.StringIO(), width=80, markup=False, emoji=False)
    monkeypatch.setattr(output, "people", page)
    table("", heads, rows)
    lines = page.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert {word for line in lines for word in line.split()} >= {word for head in heads for word in head.split()}
    assert [line.split()[0] for line in lines[1:]][-1] == "Descubrimiento"
    assert max(map(len, lines)) <= 80
