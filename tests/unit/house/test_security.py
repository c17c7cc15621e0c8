"""docs/reference/security.md answers every point of ASVS 5.0.0, levels 1 and 2, once, and names tests that exist."""

import re
from collections import Counter

from support import ROOT

TEXT = (ROOT / "docs/reference/security.md").read_text("utf-8")
ASVS = """
1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2
4.1.1-3 4.2.1 4.3.1-2 4.4.1-4 5.1.1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3
6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1 8.4.1 9.1.1-3 9.2.1-4 10.1.1-2
10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1
12.1.1-3 12.2.1-2 12.3.1-4 13.1.1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3
15.3.1-7 16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1 17.2.1-4 17.3.1-2
"""
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
}


def points(text: str) -> list[str]:
    """The points named in a text: ``6.2.1``, or several as ``6.2.1-3``."""
    found = re.findall(r"(?<![\d.])(\d+\.\d+)\.(\d+)(?:-(\d+))?(?![\d.])", text)
    return [f"{part}.{n}" for part, first, last in found for n in range(int(first), int(last or first) + 1)]


def rows() -> list[list[str]]:
    """The cells of all tables whose first cell names points."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")
    ]
    return [row for row in cells if points(row[0])]


def test_every_point_of_both_levels_is_answered_once() -> None:
    answered = Counter(point for row in rows() for point in points(row[0]))
    asked = points(ASVS)
    assert len(asked) == 253
    assert {point: times for point, times in answered.items() if times > 1} == {}
    assert sorted(set(asked) - set(answered)) == []
    assert sorted(set(answered) - set(asked)) == []


def test_every_point_that_holds_names_a_test() -> None:
    for row in rows():
        assert len(row) != 4 or re.search(r"`test_\w+`", row[3]), row


def test_every_named_test_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 60
    assert sorted(named - TESTS) == []
