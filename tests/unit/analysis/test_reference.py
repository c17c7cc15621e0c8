"""What can be asked stands in docs/reference/questions.md."""

from __future__ import annotations

import inspect

from periplo.analysis import Journeys
from periplo.analysis.kpi import SPECS
from periplo.analysis.result import Result
from support import ROOT

PAGE = (ROOT / "docs" / "reference" / "questions.md").read_text("utf-8")


def test_every_question_and_narrowing_is_documented() -> None:
    for name, method in inspect.getmembers(Journeys, inspect.isfunction):
        if not name.startswith("_"):
            assert method.__doc__
            assert f"`{name}(" in PAGE or f"journeys.{name}(" in PAGE, name


def test_every_way_out_of_a_result_is_documented() -> None:
    for name in vars(Result):
        if not name.startswith("_") and inspect.isfunction(vars(Result)[name]) and name != "opened_by":
            assert f"`{name}(" in PAGE, name


def test_every_key_figure_is_documented_with_what_it_needs() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for spec in SPECS:
        assert spec.meaning.split("{")[0] in rows[spec.id]
        assert f"| {spec.unit} |" in rows[spec.id]
        for needed in {name for names in spec.needs for name in names} | {spec.survey}:
            assert needed in rows[spec.id]
    assert "retention_rate" in rows
