"""Text tables: delimiters, quotes, ragged rows, and the two ways to read a block agree."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.intake.files.csv_reader import CsvReader


def rows_of(path: Path) -> tuple[list[list[str]], list[tuple[int, str]]]:
    """All rows as text, and line and raw text of the refused ones."""
    reader = CsvReader(path)
    rows: list[list[str]] = []
    refused: list[tuple[int, str]] = []
    for part in reader.rows():
        rows += [list(row) for row in zip(*(column.to_pylist() for column in part.table.columns), strict=True)]
        refused += [(reject.line, reject.raw) for reject in part.rejects]
        assert [len(part.raw(row)) > 0 for row in range(part.table.num_rows)].count(False) == 0
    reader.close()
    return rows, refused


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_first_lines(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(delimiter.join("abc") + "\n" + delimiter.join(["1", '"x' + delimiter + 'y"', "2,5"]) + "\n")
    if delimiter == ",":
        path.write_text('a,b,c\n1,"x,y","2,5"\n')
    assert rows_of(path) == ([["1", f"x{delimiter}y", "2,5"]], [])


def test_excel_says_its_separator(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=|\na|b\n1,5|2,5\n")
    assert CsvReader(path).columns == ("a", "b")
    assert rows_of(path)[0] == [["1,5", "2,5"]]


def test_ragged_rows_are_refused_with_their_line_and_raw_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n10,"11\n11",12\n13,14,15,\n')
    rows, refused = rows_of(path)
    assert rows == [["1", "2", "3"], ["10", "11\n11", "12"], ["13", "14", "15"]]
    assert refused == [(3, "4,5"), (4, "6,7,8,9")]


def test_a_stray_quote_costs_one_row_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b,c\n1,"5 inch,3\n2,"foo",4\n3,bar,5\n4,"never closed,6\n5,x,7\n')
    rows, refused = rows_of(path)
    assert rows == [["2", "foo", "4"], ["3", "bar", "5"], ["5", "x", "7"]]
    assert refused == [(2, '1,"5 inch,3'), (5, '4,"never closed,6')]


def test_columns_with_the_same_name_or_none_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("price,,price\n1,2,3\n")
    reader = CsvReader(path)
    assert reader.columns == ("price", "column 2", "price (2)")
    assert [note.tell("en") for note in reader.notes()] == [
        "a.csv: the column “price” is there more than once; the first one is used."
    ]


def test_each_row_knows_its_line_and_raw_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,x\n2,"y\ny"\n3,z\n')
    part = next(CsvReader(path).rows())
    assert part.lines.tolist() == [2, 3, 5]
    assert [part.raw(row) for row in range(3)] == ["1,x", '2,"y\ny"', "3,z"]


@pytest.mark.parametrize("size", [1, 7, 64, 4 << 20])
def test_blocks_of_any_size_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    path = tmp_path / "a.csv"
    wanted = [[str(n), f'quo"te {n}', "line\nline" if n % 7 == 0 else "x"] for n in range(200)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "b", "c"], *wanted])
    monkeypatch.setattr("periplo.intake.files.blocks.BLOCK", size)
    monkeypatch.setattr("periplo.intake.files.opening._CHUNK", max(1, size // 2))
    assert rows_of(path) == (wanted, [])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from('ab1 é,;"\n.'), max_size=5), min_size=3, max_size=3), min_size=1, max_size=12
    ),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read_back(
    rows: list[list[str]], end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_MINIMAL).writerows([["a", "b", "c"], *rows])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(text.getvalue().encode())
    assert rows_of(path) == (rows, [])


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from('ab,"\n\r1'), max_size=60))
def test_both_ways_to_read_a_block_agree(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(b"a,b\n" + text.encode())
    quick = rows_of(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CsvReader, "_regular", lambda *_: None)
        assert rows_of(path) == quick
