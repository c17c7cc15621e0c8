"""A map as a file, in each of its forms."""

from __future__ import annotations

import csv
import json
import re
import shutil
import struct
import subprocess
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from periplo.errors import UsageError
from periplo.language import LANGUAGES, Lang
from periplo.maps import SUFFIXES, MapReading, Words, draw, export, pages, rendered
from periplo.maps.files.tables import COLUMNS
from periplo.maps.reading import MapReading as Reading
from support_pictures import picture_size

Make = Callable[..., MapReading]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_writes_a_file(make_reading: Make, tmp_path: Path, suffix: str) -> None:
    path = export(make_reading(), tmp_path / "deep" / f"map{suffix.upper()}", "es")
    assert path.stat().st_size > 300


def test_another_suffix_is_refused_with_the_list(make_reading: Make, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.svg, \.png, \.pdf, \.html, \.csv, \.json, \.mmd"):
        export(make_reading(), tmp_path / "map.docx")
    assert not (tmp_path / "map.docx").exists()


def test_the_png_has_two_pixels_for_each_px(make_reading: Make) -> None:
    data = rendered(make_reading(), ".png", "en")
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    wide, tall = struct.unpack(">II", data[16:24])
    across, down = picture_size(draw(make_reading(), "en", "light", fonts=False))
    assert wide == pytest.approx(2 * across, abs=2)
    assert tall == pytest.approx(2 * down, abs=2)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pdf_is_a4_with_its_text_at_7_points_or_more(make_reading: Make, tmp_path: Path, lang: Lang) -> None:
    path = export(make_reading(simulated=True), tmp_path / "map.pdf", lang)
    assert path.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (poppler-utils) to read the text back")
    info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    assert make_reading().title.tell(lang) in info
    assert re.search(r"Page size:\s+841.89 x 595.28 pts \(A4\)", info)
    count = len(pages(make_reading(simulated=True), lang))
    assert re.search(rf"Pages:\s+{count}\n", info)
    for page in range(1, count + 1):
        text = subprocess.run(
            ["pdftotext", "-f", str(page), "-l", str(page), path, "-"], capture_output=True, text=True, check=True
        ).stdout
        for expected in make_reading().stages:
            assert expected.label.tell(lang) in text
        assert {"en": f"Page {page} of {count}", "es": f"Página {page} de {count}"}[lang] in text
        assert {"en": "Simulated data", "es": "Datos simulados"}[lang] in text


def test_signs_that_roboto_lacks_do_not_stop_the_paper(make_reading: Make) -> None:
    assert rendered(make_reading(title=Words(en="مرحبا 🎉 <b>", es="x")), ".pdf", "en").startswith(b"%PDF-")


def test_the_page_carries_both_languages_and_loads_nothing(make_reading: Make) -> None:
    page = rendered(make_reading(), ".html", "es").decode()
    assert page.startswith('<!doctype html>\n<html lang="es">')
    assert "Recomendación" in page
    assert "Advocacy" in page
    assert set(re.findall(r"https?://[^\"'<> ]+", page)) == {"http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in page
    assert not re.findall(r"<(?:link|img|iframe)\b|src=|@import", page)
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


def test_the_page_escapes_names(make_reading: Make) -> None:
    hostile = Words(en="</title><script>alert(1)</script>", es='"><img src=x onerror=alert(1)>')
    page = rendered(make_reading(title=hostile), ".html", "en").decode()
    assert page.count("<script>") == 1
    assert "<img" not in page


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode("utf-8-sig"))))


def test_the_table_has_every_number_with_its_n_and_window(make_reading: Make) -> None:
    reading = make_reading()
    rows = rows_of(rendered(reading, ".csv", "es"))
    assert tuple(rows[0]) == COLUMNS
    found = {(row["stage"], row["lane"], row["item"]): row for row in rows}
    entered = found["Compra", "customers", "entered"]
    assert (entered["value"], entered["unit"], entered["n"]) == ("6910", "customers", "6910")
    assert found["Compra", "metrics", "Valor medio del pedido"]["value"] == "43.7"
    assert found["Compra", "metrics", "Valor medio del pedido"]["unit"] == "EUR"
    assert all(row["since"] == "2025-01-01T00:00:00+00:00" for row in rows)
    numbers = sum(len(cell.items) + len(cell.notes) for lane in reading.lanes for cell in lane.cells)
    assert len(rows) == numbers + 5 * len(reading.stages)


def test_parts_in_the_table_add_up(make_reading: Make) -> None:
    rows = rows_of(rendered(make_reading(), ".csv", "en"))
    for stage in {row["stage"] for row in rows}:
        part = {row["item"]: int(row["value"]) for row in rows if row["stage"] == stage and row["lane"] == "customers"}
        assert part["entered"] == part["went_on"] + part["dropped"] + part["still_open"]


def test_a_name_that_looks_like_a_formula_is_made_harmless(make_reading: Make) -> None:
    formula = (("x", "=HYPERLINK(1)", "=HYPERLINK(1)"),)
    rows = rows_of(rendered(make_reading(stages=formula, flow=((3, 1, 1),)), ".csv", "en"))
    assert rows[0]["stage"] == "'=HYPERLINK(1)"


def test_json_gives_the_whole_reading_back(make_reading: Make) -> None:
    import msgspec

    reading = make_reading(simulated=True)
    data = rendered(reading, ".json")
    assert json.loads(data)["simulated"] is True
    assert msgspec.json.decode(data, type=Reading) == reading


def test_mermaid_counts_who_went_on_and_who_left(make_reading: Make) -> None:
    text = rendered(make_reading(), ".mmd", "es").decode()
    assert "flowchart LR" in text
    assert 's2["Compra<br/>6.910 entraron"]' in text
    assert 's2 -->|"3.480 siguieron"| s3' in text
    assert 's2 -->|"870 siguieron"| s5' in text
    assert 's2 -.-> s2d(["2.270 abandonaron"])' in text
    assert 's5 -.->|"402 volvieron"| s0' in text


def test_mermaid_escapes_what_would_be_markup(make_reading: Make) -> None:
    hostile = (("x", 'a"]; click <b> #1', "y"),)
    text = rendered(make_reading(stages=hostile, flow=((3, 1, 1),)), ".mmd", "en").decode()
    assert 's0["a#34;]#59; click #60;b#62; #35;1<br/>3 entered"]' in text


def test_the_svg_file_is_well_formed(make_reading: Make) -> None:
    assert ET.fromstring(rendered(make_reading(), ".svg", "en").decode()).tag.endswith("svg")
