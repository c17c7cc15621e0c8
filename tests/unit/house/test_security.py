"""docs/reference/security.md answers every point of ASVS 5.0.0, levels 1 and 2, once, and names tests that exist."""

import ast
import re
import tomllib
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


EVALUATE = {"eval", "exec", "compile", "__import__"}
UNPICKLE = {"pickle.loads", "pickle.load", "marshal.loads", "os.system", "os.popen", "Template", "from_string"}
AMONG_OURSELVES = {("workspace/spark/lake.py", "pickle.loads")}
"""Spark's own executors send what the driver unpickles: never what came from outside."""


def test_nothing_from_outside_is_evaluated_or_unpickled() -> None:
    found, source = set(), ROOT / "src" / "periplo"
    for file in source.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                known = called in EVALUATE | UNPICKLE or called.rpartition(".")[2] in ("from_string", "unsafe_load")
                if known or any(word.arg == "shell" for word in node.keywords):
                    found.add((str(file.relative_to(source)), called))
    assert found == AMONG_OURSELVES


def test_every_package_is_named_by_hash_and_tests_stay_at_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", "").splitlines()
    packages = [line for line in locked if line and not line.startswith("#")]
    assert len(packages) > 30
    assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []
    assert set(map(_package, project["project"]["dependencies"])) - set(map(_package, packages)) == set()
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["src/periplo"]


def _package(requirement: str) -> str:
    """Its name as registries compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", requirement)[0]).lower()
