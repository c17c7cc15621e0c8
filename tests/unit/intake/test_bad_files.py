"""Every bad file has a message that says what to do, and the import goes on wherever it can."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from intake_reading import Reader, Writer
from periplo.errors import MissingColumn, UnreadableFile, WrongPreset

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINE = "{order},S1,Mug,2,2024-05-0{day} 10:00:00,3.50,17850,Spain\n"


def lines(count: int = 3) -> str:
    return "".join(LINE.format(order=500 + n, day=n + 1) for n in range(count))


def test_cut_off_in_the_last_line(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines() + "503,S1,Mug,2,2024-0"))
    assert len(found.events) == 3
    assert found.reasons() == [
        "The file seems cut off: its last row is not whole. Export or download it again, and import it again."
    ]
    assert (found.rejects[0].line, found.rejects[0].raw) == (5, "503,S1,Mug,2,2024-0")


def test_a_whole_last_line_needs_no_line_feed(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines().rstrip("\n")))
    assert (len(found.events), found.rejects) == (3, [])


def test_json_lines_cut_off(read: Reader, write: Writer) -> None:
    whole = '{"type":"track","event":"A","userId":"u","timestamp":"2024-01-01T00:00:00Z"}\n'
    found = read(write("a.jsonl", whole + '{"type":"track","ev'))
    assert len(found.events) == 1
    assert "seems cut off" in found.reasons()[0]


@pytest.mark.parametrize("first", ["not json", '"type":"track"}', "\ufeff#"])
def test_json_lines_with_a_damaged_first_line(read: Reader, write: Writer, first: str) -> None:
    whole = '{"type":"track","event":"A","userId":"u","timestamp":"2024-01-01T00:00:00Z"}\n'
    found = read(write("a.jsonl", f"{first}\n{whole}"))
    assert len(found.events) == 1
    assert (found.rejects[0].line, found.rejects[0].raw) == (1, first.removeprefix("\ufeff"))
    assert "JSON" in found.reasons()[0]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor(level=1).compress])
def test_packed_file_cut_off(read: Reader, write: Writer, pack: object) -> None:
    text = HEADER + "".join(
        f"{n},S{n * 7919 % 1000},Mug {n * 104729 % 9973},2,2024-05-01 10:00:00,3.50,{n * 31 % 977},Spain\n"
        for n in range(25_000)
    )
    packed = pack(text.encode())  # type: ignore[operator]
    found = read(write("a.csv.packed", packed[: len(packed) // 2]))
    assert len(found.events) > 4_000
    assert "seems cut off" in found.reasons()[0]
    assert found.notes() == [
        "a.csv.packed is cut off or damaged: what could be unpacked was read. Export it again and import it again."
    ]


def test_packed_file_with_nothing_readable(read: Reader, write: Writer) -> None:
    with pytest.raises(UnreadableFile, match="nothing in it can be unpacked"):
        read(write("a.csv.gz", gzip.compress(b"a,b\n1,2\n")[:11]))


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_empty_file(read: Reader, write: Writer, content: str) -> None:
    with pytest.raises(UnreadableFile, match=r"a.csv is empty. Export it again, or leave it out"):
        read(write("a.csv", content))


def test_an_empty_file_among_others_is_noted(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines()), write("b.csv", ""))
    assert (len(found.events), found.notes()) == (3, ["b.csv is empty and was left out."])


def test_header_only(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER))
    assert (found.rows, found.notes()) == (0, ["a.csv has a header and no rows."])
    with pytest.raises(UnreadableFile, match="has a header and no rows"):
        read(write("b.csv", "foo,bar\n"))


def test_a_file_without_rows_among_others_is_noted(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines()), write("notes.txt", "hello"))
    assert (len(found.events), found.notes()) == (3, ["notes.txt has a header and no rows."])


def test_wrong_preset_says_what_it_expects_and_which_one_fits(read: Reader, write: Writer) -> None:
    with pytest.raises(WrongPreset) as error:
        read(write("a.csv", HEADER + lines()), preset="clickstream")
    assert "expects the columns event_time, event_type" in str(error.value)
    assert "the file has InvoiceNo" in str(error.value)
    assert "use --preset order-lines" in str(error.value)


def test_wrong_preset_for_nested_json(read: Reader, write: Writer) -> None:
    with pytest.raises(WrongPreset, match="event_name"):
        read(write("a.csv", HEADER + lines()), preset="ga4")


def test_missing_column_did_you_mean(read: Reader, write: Writer) -> None:
    with pytest.raises(MissingColumn) as error:
        read(write("a.csv", HEADER.replace("InvoiceDate", "InvoiceDat") + lines()), preset="order-lines")
    assert "a.csv has no column “InvoiceDate" in str(error.value)
    assert "Did you mean “InvoiceDat”" in str(error.value)


def test_no_column_says_what_happened_or_when(read: Reader, write: Writer) -> None:
    with pytest.raises(MissingColumn, match=r"no column says what happened.*--map"):
        read(write("a.csv", "foo,date\n1,2024-01-01\n"))
    with pytest.raises(MissingColumn, match=r"no column with times.*--map"):
        read(write("b.csv", "order_id,foo\n1,2\n"))


@pytest.mark.parametrize("quote", ["", '"'])
def test_ten_megabytes_in_one_field(read: Reader, write: Writer, quote: str) -> None:
    huge = quote + "x" * 10_000_000 + quote
    text = HEADER + lines(2) + f"502,S1,{huge},2,2024-05-03 10:00:00,3.50,17850,Spain\n" + lines(3)[-60:]
    found = read(write("a.csv", text))
    assert len(found.events) == 3
    assert "A value has 9.5 MB; at most 1 MB is read" in found.reasons()[0]
    assert (found.rejects[0].line, len(found.rejects[0].raw) > 10_000_000) == (4, True)


def test_ten_megabytes_in_json_and_parquet(read: Reader, write: Writer, tmp_path: Path) -> None:
    row = '{"type":"track","event":"A","userId":"u","timestamp":"2024-01-01T00:00:00Z","properties":{"x":"%s"}}\n'
    found = read(write("a.jsonl", row % "" + row % ("y" * 10_000_000) + row % "z"))
    assert (len(found.events), "9.5 MB" in found.reasons()[0], len(found.rejects[0].raw) > 10**7) == (2, True, True)
    names = ["event_time", "event_type", "product_id", "user_id", "user_session"]
    values = [["2024-01-01 00:00:00"] * 2, ["view"] * 2, ["p", "q" * 10_000_000], ["1"] * 2, ["s"] * 2]
    pq.write_table(pa.table(values, names), tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert (len(found.events), found.rejects[0].line, "9.5 MB" in found.reasons()[0]) == (1, 2, True)


def test_dates_in_two_formats(read: Reader, write: Writer) -> None:
    text = HEADER + "".join(
        f"{n},S1,Mug,1,{date},3.50,1,Spain\n"
        for n, date in enumerate(["13/05/2024", "14/05/2024", "05/06/2024", "2024-05-15", "05/17/2024", "soon"])
    )
    found = read(write("a.csv", text))
    assert [event["occurred_at"].isoformat()[:10] for event in found.events] == [
        "2024-05-12",
        "2024-05-13",
        "2024-06-04",
    ]
    two = "is not written like the other dates of this column, such as 31/05/2026: it mixes two formats. Write all"
    assert [two in reason for reason in found.reasons()] == [True, True, False]
    assert "“soon” is not a time that can be read. Write it as 2026-05-31 18:30:00." in found.reasons()
    assert {reject.field for reject in found.rejects} == {"InvoiceDate"}


def test_negative_price(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines(1) + "501,S1,Mug,2,2024-05-02 10:00:00,-3.50,17850,Spain\n"))
    assert len(found.events) == 1
    assert found.reasons() == [
        "The price -3.50 is negative. Correct it; if money was given back, write a cancellation with a negative "
        "quantity."
    ]
    assert (found.rejects[0].field, found.rejects[0].header) == ("UnitPrice", HEADER.strip())


def test_a_fault_is_shown_at_the_column_as_the_file_names_it(read: Reader, write: Writer) -> None:
    header = "invoice no,Stock Code,Description,QUANTITY,Invoice Date,unit_price,CustomerID,Country\n"
    rows = ",S1,Mug,1,2024-05-02,1,1,Spain\n7,S1,Mug,one,2024-05-02,1,1,Spain\n8,S1,Mug,1,2024-05-02,x,1,Spain\n"
    found = read(write("a.csv", header + rows + "9,S1,Mug,1,,1,1,Spain\n"), preset="order-lines")
    assert [reject.field for reject in found.rejects] == ["invoice no", "QUANTITY", "unit_price", "Invoice Date"]


def test_zero_bytes(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", HEADER + lines(1) + "501,S\0,Mug,2,2024-05-02 10:00:00,3.50,17850,Spain\n" + lines(2)))
    assert (len(found.events), found.rejects[0].line) == (2, 3)
    assert "zero bytes: the file is damaged" in found.reasons()[0]


def test_a_file_of_another_kind(read: Reader, write: Writer) -> None:
    with pytest.raises(UnreadableFile, match=r"another kind .ZIP or Excel.*save it as CSV"):
        read(write("a.csv", b"PK\x03\x04...."))
    with pytest.raises(UnreadableFile, match="cannot be read as Parquet: it is cut off or damaged"):
        read(write("a.parquet", b"PAR1" + b"x" * 100))
    with pytest.raises(UnreadableFile, match=r"a.parquet has the name of a Parquet file and is none"):
        read(write("a.parquet", HEADER + lines()))


def test_a_json_document_cut_off(read: Reader, write: Writer) -> None:
    with pytest.raises(UnreadableFile, match=r"a.json cannot be read as JSON: it is cut off or damaged"):
        read(write("a.json", '[{"event": "A"}, {"ev'))


def test_missing_file_did_you_mean(read: Reader, write: Writer) -> None:
    path = write("orders.csv", HEADER)
    with pytest.raises(UnreadableFile, match=r"Did you mean “orders.csv”"):
        read(path.with_name("order.csv"))
    with pytest.raises(UnreadableFile, match="No file fits the pattern"):
        read(path.with_name("x*.csv"))


def test_a_folder_with_nothing_readable(read: Reader, write: Writer) -> None:
    path = write("in/readme.md", "hello")
    with pytest.raises(UnreadableFile, match=r"nothing to read in the folder in. It has readme.md"):
        read(path.parent)


def test_lines_that_are_not_what_they_should_be(read: Reader, write: Writer) -> None:
    good = "500,S1,Mug,2,2024-05-01 10:00:00,3.50,1,Spain\n"
    bad = {
        ",S1,Mug,2,2024-05-01,3.50,1,Spain": "no order number",
        "501,S1,Mug,two,2024-05-01,3.50,1,Spain": "“two” is not a number",
        "502,S1,Mug,2,2024-05-01,3.50x,1,Spain": "“3.50x” is not an amount of money. Write it as 1234.56.",
        "503,S1,Mug,2,,3.50,1,Spain": "The order 503 has no time in any of its lines",
        "504,S1,Mug,9999999999,2024-05-01,9999999.50,1,Spain": "too big a number",
    }
    found = read(write("a.csv", HEADER + good + "\n".join(bad) + "\n"))
    assert len(found.events) == 1
    for raw, reason in bad.items():
        assert any(reject.raw == raw and reason in reject.tell("en") for reject in found.rejects), raw


def test_a_reject_has_the_same_id_each_time(read: Reader, write: Writer) -> None:
    path = write("a.csv", HEADER + lines(1) + "501,S1\n501,S1\n")
    first, second = (read(path).rejects for _ in range(2))
    assert [reject.reject_id for reject in first] == [reject.reject_id for reject in second]
    assert first[0].reject_id != first[1].reject_id
