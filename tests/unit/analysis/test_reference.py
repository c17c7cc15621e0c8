"""What can be asked stands in docs/reference/questions.md."""

from __future__ import annotations

import inspect
import re

import pytest

from periplo.analysis import Journeys, options_of, questions
from periplo.analysis.kpi import SPECS
from periplo.analysis.result import Result
from support import ROOT

PAGE = "".join(path.read_text("utf-8") for path in sorted((ROOT / "docs" / "reference").glob("*.md")))
NARROWINGS = ("between", "where", "channel", "customers", "stages")


@pytest.mark.parametrize("name", [*NARROWINGS, *questions(Journeys)])
def test_every_question_and_narrowing_is_documented(name: str) -> None:
    assert getattr(Journeys, name).__doc__
    assert f"`{name}(" in PAGE or f"journeys.{name}(" in PAGE


@pytest.mark.parametrize("name", questions(Journeys))
def test_every_option_of_a_question_is_documented_with_it(name: str) -> None:
    section = next(part for part in re.split(r"^## ", PAGE, flags=re.M) if part.startswith(f"`{name}("))
    for option in options_of(getattr(Journeys, name)):
        assert re.search(rf"\b{option.parameter}\b", section), f"{name} {option.parameter}"


def test_every_way_out_of_a_result_is_documented() -> None:
    for name in vars(Result):
        if not name.startswith("_") and inspect.isfunction(vars(Result)[name]) and name not in ("opened_by", "told"):
            assert f"`{name}(" in PAGE, name


def test_every_key_figure_is_documented_with_what_it_needs() -> None:
    page = (ROOT / "docs" / "reference" / "key-figures.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for spec in SPECS:
        assert spec.meaning.split("{")[0] in rows[spec.id]
        assert f"| {spec.unit} |" in rows[spec.id]
        for needed in {name for names in spec.needs for name in names} | {spec.survey}:
            assert needed in rows[spec.id]
    assert "retention_rate" in rows
