"""Map files: read, checked, told where they are wrong, and written back as they were."""

from __future__ import annotations

import difflib
import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from periplo.errors import BadMap, UnknownName, UnreadableFile
from periplo.language import LANGUAGES, tell
from periplo.maps import MapDefinition, templates
from periplo.maps.checks import Known
from periplo.maps.model import COMPUTED
from periplo.maps.problems import place_of, written
from periplo.maps.schema import PUBLISHED, json_schema
from periplo.predicates import parse

SMALL = """\
# A map of two stages
title: {en: Ours, es: Nuestro}   # the title
stages:
  - id: look
    # what they look at
    where: Product Viewed
    label: Look
  - id: buy
    where:
      any:
        - event: Order Completed
        - did: Checkout Started
          at_least: 2
lanes:
  - customers
  - id: pains
    text:
      buy:
        - one
        - {en: two, es: dos}
  - id: my-lane
    label: Mine
    text: {look: "x: y"}
"""


def problem(text: str) -> BadMap:
    with pytest.raises(BadMap) as caught:
        MapDefinition.parse(text, file="ours.journey.yaml")
    return caught.value


def test_a_map_says_what_its_file_says() -> None:
    made = MapDefinition.parse(SMALL)
    assert [name for name, _ in made.stages] == ["look", "buy"]
    assert made.stages[0][1] == parse("Product Viewed")
    assert made.patience == timedelta(days=30)
    assert [lane.id for lane in made.lanes] == ["customers", "pains", "my-lane"]
    assert made.persona is None


def test_a_map_without_lanes_shows_all_computed_ones() -> None:
    made = MapDefinition.parse("title: t\nstages: [{id: a, where: Order Completed}]\n")
    assert tuple(lane.id for lane in made.lanes) == COMPUTED


def test_a_map_may_name_segments_of_its_shop() -> None:
    text = "title: t\npersona: {name: Fans, where: {segment: fans}}\nstages: [{id: a, where: Order Completed}]\n"
    known = Known(segments={"fans": parse({"did": "Order Completed", "at_least": 3})})
    assert MapDefinition.parse(text, known=known).persona is not None
    assert MapDefinition.parse(text, known=known).edit(("title",), "u").persona is not None
    assert "fans" in str(problem(text))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("stages:", "stagse:", 3, "Did you mean “stages”?"),
        ("    label: Look", "    lable: Look", 7, "stages[0].lable: “lable” is not known here. Did you mean “label”?"),
        ("title: {en: Ours, es: Nuestro}", "title: {en: Ours, fr: Notre}", 2, "“fr” is not known here. Known: en, es."),
        ("    where: Product Viewed\n", "", 4, "stages[0]: The field “where” is missing."),
        ("id: look", "id: Look At", 4, "stages[0].id"),
        ("id: buy", "id: look", 8, "“look” stands twice."),
        ("- did: Checkout", "- dit: Checkout", 12, "stages[1].where.any[1]"),
        ("at_least: 2", "at_least: two", 13, "stages[1].where.any[1].at_least"),
        ("- customers", "- custommers", 15, "lanes[0]: “custommers” is not known here. Did you mean “customers”?"),
        ("- customers", "- goals", 15, "The lane “goals” has no text."),
        ("- customers", "- {id: time, text: {buy: x}}", 15, "“time” is computed from the data and takes no text."),
        ("- customers", "- {id: channels, top: 99}", 15, "lanes[0].top"),
        ("- customers", "- {id: emotion, curve: {buy: 3}}", 15, "It must be at most 2"),
        ("- customers", "- {id: emotion, curve: {bye: 1}}", 15, "Did you mean “buy”?"),
        ("- customers", "- {id: time, curve: {buy: 1}}", 15, "Only the lane “emotion” has a curve."),
        ("      buy:\n        - one", "      by:\n        - one", 18, "lanes[1].text.by"),
        ("# A map of two stages", "settings: {patience: soon}", 1, "“soon” is not a length of time."),
        ("title: {en", "title: {{en", 3, "It is not valid YAML"),
        ("    label: Look", "    id: again", 7, "It is not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, line: int, said: str) -> None:
    assert old in SMALL
    error = problem(SMALL.replace(old, new, 1))
    assert said in str(error)
    assert error.values["line"] == line
    assert "ours.journey.yaml" in str(error)
    for lang in LANGUAGES:
        assert all(part or key != "why" for key, part in tell(error, lang).items())
    assert "No se puede leer el mapa" in tell(error, "es")["what"]


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]", "title: t\nstages: []\n", "title: t\nstages: x\n"])
def test_something_else_than_a_map_is_refused(text: str) -> None:
    assert problem(text)


def test_a_template_that_does_not_exist_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean “retail”"):
        MapDefinition.load("retial")


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        MapDefinition.load(tmp_path / "none.journey.yaml")
    (tmp_path / "latin.journey.yaml").write_bytes("title: año".encode("latin-1"))
    with pytest.raises(UnreadableFile):
        MapDefinition.load(tmp_path / "latin.journey.yaml")


@pytest.mark.parametrize("text", [SMALL, *(MapDefinition.load(name).text for name in templates())])
def test_an_edit_changes_one_line_and_keeps_all_others(text: str, tmp_path: Path) -> None:
    before = MapDefinition.parse(text)
    after = before.edit(("stages", 0, "label"), "renamed")
    changed = [row for row in difflib.ndiff(text.splitlines(), after.text.splitlines()) if row[0] in "+-"]
    assert [row[0] for row in changed] == ["-", "+"]
    assert "renamed" in changed[1]
    after.save(tmp_path / "map.journey.yaml")
    assert MapDefinition.load(tmp_path / "map.journey.yaml").journey == after.journey


def test_files_of_other_habits_keep_them() -> None:
    wide = "title: t\nsettings:\n    patience: 7d  # short\nstages:\n-   id: a\n    where:\n        event: Signed In\n"
    assert MapDefinition.parse(wide).edit(("title",), "u").text == wide.replace("title: t", "title: u")
    flush = "title: t\nstages:\n- id: a\n  where: Order Completed\n"
    assert MapDefinition.parse(flush).edit(("title",), "u").text == flush.replace("title: t", "title: u")


def test_reading_and_saving_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "odd.journey.yaml"
    path.write_text(SMALL.replace("title:", "title :"), "utf-8")
    MapDefinition.load(path).save(tmp_path / "copy.journey.yaml")
    assert (tmp_path / "copy.journey.yaml").read_bytes() == path.read_bytes()


def test_retail_comes_first_among_the_templates() -> None:
    assert templates() == ["retail", "banking", "travel"]


@pytest.mark.parametrize("name", templates())
def test_templates_speak_both_languages(name: str) -> None:
    plain = YAML(typ="safe").load(MapDefinition.load(name).text)

    def incomplete(value: object, place: str) -> list[str]:
        if isinstance(value, dict):
            if value.keys() & set(LANGUAGES):
                return [] if all(value.get(lang) for lang in LANGUAGES) else [place]
            return [found for key, inner in value.items() for found in incomplete(inner, f"{place}.{key}")]
        return []

    assert incomplete({k: v for k, v in plain.items() if k not in ("stages", "lanes")}, "") == []
    for part in ("stages", "lanes"):
        assert [x for n, item in enumerate(plain[part]) for x in incomplete(item, f"{part}[{n}]")] == []


@pytest.mark.parametrize("name", templates())
def test_templates_say_something_in_every_cell(name: str) -> None:
    made = MapDefinition.load(name)
    ids = {stage.id for stage in made.journey.stages}
    for lane in made.lanes:
        assert not lane.text or set(lane.text) == ids
        assert not lane.curve or set(lane.curve) == ids
    assert all(stage.goal and stage.label for stage in made.journey.stages)


def test_the_published_schema_is_that_of_the_model() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == json_schema()


@pytest.mark.parametrize("text", [SMALL, *(MapDefinition.load(name).text for name in templates())])
def test_the_schema_accepts_what_we_accept(text: str) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(YAML(typ="safe").load(text), schema)


@pytest.mark.parametrize(
    "wrong", [{"title": "t"}, {"title": "t", "stages": []}, {"title": "t", "stages": [{"id": "A", "where": "x"}]}]
)
def test_the_schema_refuses_what_we_refuse(wrong: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json_schema())


def test_places_are_written_and_read() -> None:
    assert written(("stages", 1, "where")) == "stages[1].where"
    assert place_of("stages[1].where") == ("stages", 1, "where")
    assert place_of("") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "una tabla de nombres y valores"),
        ("- 1", "una tabla de nombres y valores"),
        ("title: x\nstages: []", "stages: Hacen falta al menos 1."),
        ("title: x\nstages: 5", "stages: aquí se espera: una lista."),
        (
            "title: x\nstages: [{id: a, label: A, where: B}]\nlanes: [{id: touchpoints, top: 40}]",
            "Tiene que ser como mucho 12.",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_the_readers_language(text: str, said: str) -> None:
    with pytest.raises(BadMap) as caught:
        MapDefinition.parse(text)
    told = tell(caught.value, "es")
    assert said in told["why"]
    assert "Expected" not in told["why"]
    assert not told["why"].startswith(":")
