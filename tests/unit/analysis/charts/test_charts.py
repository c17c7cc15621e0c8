"""Charts: what stands in them, that nothing overlaps or leaves the sheet, in both themes."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from periplo.analysis.charts import Bar, Bars, Cell, Flow, Flows, Heatmap, Lines, Node, Row, Series
from periplo.analysis.charts.drawing import draw
from periplo.analysis.charts.heatmap import STRONGEST
from periplo.analysis.charts.lines import written
from periplo.analysis.charts.sheet import WIDTH
from periplo.drawing.colours import contrast, mix
from periplo.drawing.theme import PALETTES
from support_pictures import overlaps, parsed, texts

BARS = Bars(
    title="Orders & <more>",
    bars=[
        Bar("Email · click", "12,345", 12345, 11000, 13500),
        Bar("A very long name " * 9, "−3", -3.0),
        Bar("none", ""),
    ],
)
HEAT = Heatmap(
    title="Weeks",
    head="cohort",
    columns=[f"+{k}" for k in range(9)],
    rows=[
        Row(f"week {k}", [Cell(k / 9, f"{k} %"), Cell(-0.2, "-20 %", "tip", True), Cell()], "1,000") for k in range(5)
    ],
    marked=1,
)
LINES = Lines(
    title="Rate",
    points=[f"{k} Jan" for k in range(60)],
    series=[Series("one", [k / 60 for k in range(60)], 55), Series("two", [None, 0.5, *[None] * 58])],
    unit="share",
)
FLOWS = Flows(
    title="Ways",
    columns=["start", "step 1"],
    nodes=[Node(0, "Ad", "100", 100, 1), Node(1, "Page", "60", 60, 2), Node(1, "other", "10", 10)],
    flows=[Flow(0, 1, 60), Flow(0, 2, 10), Flow(0, None, 30, "no further step: 30"), Flow(None, 1, 5)],
)
ALL = (BARS, HEAT, LINES, FLOWS)


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_every_chart_is_one_svg_without_anything_from_elsewhere(theme) -> None:
    svg = draw(ALL, "es", theme, "What it means.")
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Orders & <more>. Weeks. Rate. Ways"
    assert "<script" not in svg
    assert not re.search(r"(href|src)=", svg.replace("src:url(data:", ""))
    assert ("prefers-color-scheme" in svg) == (theme == "auto")
    assert "@font-face" in svg
    assert "@font-face" not in draw(ALL, "es", theme, fonts=False)


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: type(chart).__name__)
def test_texts_neither_overlap_nor_leave_the_sheet(chart) -> None:
    boxes = texts(parsed(draw([chart], "en", "light", "A note.", fonts=False)))
    assert overlaps(boxes) == []
    assert all(box.left >= 0 and box.right <= WIDTH for box in boxes)


def test_a_bar_is_as_long_as_its_number() -> None:
    svg = parsed(draw([Bars(title="", bars=[Bar("a", "4", 4.0), Bar("b", "1", 1.0)])], "en", fonts=False))
    filled = [
        float(each.get("width")) for each in svg.iter() if "f-a3" in each.get("class", "") and not each.get("opacity")
    ]
    assert filled[0] == pytest.approx(4 * filled[1], rel=0.01)


def test_bands_are_as_wide_as_their_numbers() -> None:
    svg = parsed(draw([FLOWS], "en", fonts=False))
    bands = [float(re.search(r" v (\S+)", each.get("d"))[1]) for each in svg.iter() if " C " in each.get("d", "")]
    assert bands[0] == pytest.approx(6 * bands[1], rel=0.01)


def test_what_a_mark_is_can_be_read_on_pointing() -> None:
    titles = {each.text for each in parsed(draw(ALL, "en", fonts=False)).iter() if each.tag.endswith("title")}
    assert {"tip", "no further step: 30", "Email · click: 12,345", "two, 1 Jan: 50%"} <= titles


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_are_readable_on_every_ground(theme) -> None:
    colours = PALETTES[theme]
    for hue in ("a3", "drop"):
        for share in (0.0, 0.3, 0.6, 1.0):
            assert contrast(colours["ink"], mix(colours[hue], colours["wash"], share * STRONGEST)) >= 4.5
    assert contrast(colours["muted"], colours["bg"]) >= 4.5
    assert all(contrast(colours[f"a{n}"], colours["bg"]) >= 4.5 for n in range(1, 9))


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(0.025, "share", "2.5%"), (0.5, "share", "50%"), (3.0, "number", "3"), (90.0, "seconds", "1 min 30 s")],
)
def test_scales_read_without_needless_digits(value, unit, said) -> None:
    assert written(value, unit, "en") == said


def test_steps_of_a_scale_have_no_needless_digits_either() -> None:
    chart = Lines(title="t", points=["a", "b"], series=[Series("s", [0.12, 0.05])], unit="share")
    svg = draw([chart], "en", fonts=False)
    assert all(f">{said}</" in svg for said in ("5%", "10%", "15%"))


numbers = st.one_of(st.none(), st.floats(-1e9, 1e9), st.just(0.0))


@settings(max_examples=40)
@for_all(st.lists(st.tuples(st.text(max_size=30), numbers), max_size=12))
def test_whatever_the_numbers_it_is_drawn(given) -> None:
    values = [value for _, value in given]
    charts = [
        Bars(title="t", bars=[Bar(label, label, value) for label, value in given]),
        Heatmap(title="t", columns=[label for label, _ in given], rows=[Row("r", [Cell(v, "x") for v in values])]),
        Lines(
            title="t", points=[label for label, _ in given], series=[Series(label, values) for label, _ in given[:9]]
        ),
        Flows(title="t", columns=["a"], nodes=[Node(0, label, "n", abs(v or 0.0)) for label, v in given], flows=[]),
    ]
    svg = draw(charts, "en", "dark", fonts=False)
    assert "nan" not in svg
    assert ET.fromstring(svg).tag.endswith("svg")
