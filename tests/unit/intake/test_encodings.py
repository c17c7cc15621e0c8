"""Whatever the encoding, the text arrives."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
import zstandard

from intake_reading import Reader, Writer

TEXT = "order_id,date,email,total,note\n1,2024-05-01,ana@x.es,10.50,Muñoz – 5 €\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(read: Reader, write: Writer, encoding: str) -> None:
    found = read(write("a.csv", TEXT.encode(encoding)))
    assert [event["properties"] for event in found.events] == ['{"note":"Muñoz – 5 €"}']


def test_bom_before_utf_16_in_either_order(read: Reader, write: Writer) -> None:
    for bom, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert len(read(write("a.csv", bom + TEXT.encode(encoding))).events) == 1


def test_mixed_encodings_line_by_line(read: Reader, write: Writer) -> None:
    more = "2,2024-05-02,bo@x.es,1.00,año\n"
    found = read(write("a.csv", TEXT.encode() + more.encode("latin-1")))
    assert [event["properties"] for event in found.events] == ['{"note":"Muñoz – 5 €"}', '{"note":"año"}']
    assert found.notes() == ["a.csv: 1 line is not UTF-8 and was read as Windows-1252."]


def test_bytes_that_windows_leaves_open(read: Reader, write: Writer) -> None:
    found = read(write("a.csv", TEXT.encode("cp1252").replace(b"\x96", b"\x81")))
    assert found.events[0]["properties"] == '{"note":"Muñoz \x81 5 €"}'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_ends_of_lines(read: Reader, write: Writer, end: str) -> None:
    assert len(read(write("a.csv", TEXT.replace("\n", end).encode())).events) == 1


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a"])
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress, bytes])
def test_packed_files_are_known_by_their_bytes(
    read: Reader, write: Writer, name: str, pack: Callable[[bytes], bytes]
) -> None:
    assert len(read(write(name, pack(TEXT.encode()))).events) == 1


def test_packed_files_made_of_several_pieces(read: Reader, write: Writer) -> None:
    head, tail = TEXT.encode()[:40], TEXT.encode()[40:]
    for pack in (gzip.compress, zstandard.ZstdCompressor().compress):
        assert len(read(write("a.csv.packed", pack(head) + pack(tail))).events) == 1
    padded = read(write("a.csv.gz", gzip.compress(TEXT.encode()) + b"\0" * 512))
    assert (len(padded.events), padded.notes()) == (1, [])
