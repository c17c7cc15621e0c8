"""Predicates as people write them, and what they are told when they slip."""

from __future__ import annotations

import ast
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from plain import EVENTS, columns_of, predicates

import periplo.predicates as room
from periplo.errors import BadPredicate
from periplo.language import tell as tell_error
from periplo.language.catalogue import spanish
from periplo.predicates import (
    All,
    Did,
    EventIs,
    Happening,
    InSegment,
    Live,
    Not,
    Predicate,
    PropertyIs,
    evaluate,
    json_schema,
    parse,
    parse_duration,
    tell,
    to_data,
    unknown_names,
    write_duration,
)
from periplo.predicates.parse import KEYS
from periplo.predicates.tree import OPS, inside
from periplo.vocabulary import load, taxonomy
from support import ROOT

FOLDER = Path(room.__file__).parent
SEGMENTS = {"buyers": parse("Order Completed")}


def test_yaml_json_data_and_a_bare_name_are_one() -> None:
    data = {"did": {"event": "Order Completed", "where": {"device": "mobile"}}, "within": "30d"}
    yaml = "did:\n  event: purchase\n  where: {device: {eq: mobile}}\nwithin: 720 h\n"
    assert parse(data) == parse(json.dumps(data)) == parse(yaml) == parse(parse(data))
    assert parse("view_item") == parse({"event": ["view_item"]}) == EventIs(names=("Product Viewed",))


def test_the_example_of_the_reference_can_be_read() -> None:
    page = (ROOT / "docs" / "reference" / "predicates.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    assert isinstance(parse(example), All)
    for code in re.findall(r"```python\n(.*?)```", page, re.S):
        exec(code, {})


def test_the_default_stages_hold_the_events_they_name() -> None:
    stages = [(stage.id, Live(parse(stage.where))) for stage in taxonomy().stages]
    for name, kind in taxonomy().events.items():
        holding = [stage for stage, live in stages if live.see(live.new(), Happening(0, name, "web"))]
        assert holding[:1] == ([kind.stage] if kind.stage else holding[:1])


def test_words_together_must_all_hold() -> None:
    assert parse({"event": "A", "did_not": "B"}) == All(
        parts=(EventIs(names=("A",)), Not(part=Did(what=EventIs(names=("B",)))))
    )


def test_days_are_those_of_the_shop() -> None:
    did = parse("{did: A, since: 2024-01-01, until: 2024-01-31}", zone="Europe/Madrid")
    assert isinstance(did, Did)
    assert did.since == datetime(2023, 12, 31, 23, tzinfo=UTC)
    assert did.until == datetime(2024, 1, 31, 23, tzinfo=UTC)
    same = parse({"did": "A", "since": date(2024, 1, 1), "until": "2024-01-31"}, zone="Europe/Madrid")
    assert did == same


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [("", 1, None), ("at_least: 3", 3, None), ("at_most: 2", 0, 2), ("exactly: 2", 2, 2), ("exactly: 0", 0, 0)],
)
def test_numbers_of_times(written: str, least: int, most: int | None) -> None:
    did = parse(f"{{did: A, {written}}}")
    assert isinstance(did, Did)
    assert (did.at_least, did.at_most) == (least, most)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"evnt": "A"}, "s.where.evnt: “evnt” is not known in a predicate. Did you mean “event”"),
        (
            {"did": {"event": "A", "within": "7d"}},
            "s.where.did.within: “within” goes with one did, did_not or sequence",
        ),
        ({"did": "A", "within": "7"}, "s.where.within: “7” is not a length of time. Write for example 7d"),
        ({"did": "A", "within": 7}, "s.where.within: “7” is not a length of time."),
        ({"did": "A", "did_not": "B", "within": "7d"}, "here are 2. Put each with its own under all:."),
        ({"sequence": ["A", "B"], "at_least": 2}, "s.where.at_least: “at_least” does not go with sequence."),
        ({"did": "A", "at_least": 0}, "s.where.at_least: At least 0 times is always true."),
        ({"did": "A", "at_least": 2.5}, "s.where.at_least: “2.5” is no number of times."),
        ({"did": "A", "at_least": True}, "“True” is no number of times."),
        ({"did": "A", "at_least": 3, "at_most": 2}, "s.where.at_most: It is less than at_least."),
        ({"did": "A", "exactly": 3, "at_most": 2}, "s.where.exactly: With exactly,"),
        ({"did": "A", "since": "yesterday"}, "s.where.since: “yesterday” is no date."),
        ({"did": "A", "until": "9999-12-31"}, "s.where.until: “9999-12-31” is too far away."),
        ({"did": "A", "since": "2024-02-01", "until": "2024-01-01"}, "s.where.until: It ends before it begins."),
        ({"all": []}, "s.where.all: A list of predicates is expected."),
        ({"any": ["A", {"not": 3}]}, "s.where.any[1].not: A predicate is expected. Write an event's name, or one of"),
        ({"all": ["A", {"where": {"x": {"gtt": 1}}}]}, "s.where.all[1].where.x.gtt: There is no comparison “gtt”."),
        ({"where": {"x": {}}}, "s.where.where.x: A comparison is expected."),
        ({"where": {}}, "s.where.where: Properties with their values are expected."),
        ({"where": {"x": None}}, "For events without the property write exists: false."),
        ({"where": {"x": {"in": "a"}}}, "s.where.where.x.in: A list of values is expected."),
        ({"where": {"x": {"in": ["a", {}]}}}, "s.where.where.x.in[1]: A text, a number, true or false is expected."),
        ({"where": {"x": {"gt": True}}}, "A number or a text is expected."),
        ({"where": {"x": {"contains": 5}}}, "A text is expected, not 5. Put it in quotes."),
        ({"where": {"x": {"regex": "("}}}, "s.where.where.x.regex: “(” is no regular expression:"),
        ({"where": {"x": {"exists": "yes"}}}, "“yes” is neither true nor false."),
        ({"event": 5}, "s.where.event: The name of an event is expected."),
        ({"event": ["A", ""]}, "s.where.event[1]: The name of an event is expected."),
        ({"event": []}, "s.where.event: The name of an event is expected."),
        ({"segment": "buyer"}, "s.where.segment: There is no segment “buyer”. Did you mean “buyers”?"),
        ({"first_touch": {"chanel": {"gtt": 1}}}, "s.where.first_touch.chanel.gtt: There is no comparison"),
        ({}, "s.where: A predicate is expected."),
        ([], "s.where: A predicate is expected."),
        (None, "s.where: A predicate is expected."),
        ("{event: A", "s.where: This is not YAML:"),
    ],
)
def test_errors_name_the_place_and_what_was_meant(written: Any, said: str) -> None:
    with pytest.raises(BadPredicate) as caught:
        parse(written, segments=SEGMENTS, place="s.where")
    assert said in str(caught.value)
    assert tell_error(caught.value, "es")["what"] != tell_error(caught.value, "en")["what"]


def test_every_problem_can_be_told_in_spanish() -> None:
    said = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"bad", "unknown"}:
                texts = [part.value for part in node.args[1:] if isinstance(part, ast.Constant)]
                said |= {"{place}: " + str(texts[0])} if texts else set()
    assert len(said) > 15
    assert said - set(spanish()) == set()


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("7d", timedelta(days=7)),
        ("30 min", timedelta(minutes=30)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("1 week 1 day", timedelta(days=8)),
        ("1.5 h", timedelta(minutes=90)),
        ("2 horas", timedelta(hours=2)),
        ("3 Días", timedelta(days=3)),
        ("500 ms", timedelta(milliseconds=500)),
    ],
)
def test_lengths_of_time(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length
    assert parse_duration(write_duration(length)) == length


@pytest.mark.parametrize("text", ["", "7", "d", "7 moons", "-3d", "0 min", "7d and", "9999999999d", "1 month"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(BadPredicate, match="is not a length of time"):
        parse_duration(text)


def _plain(predicate: Predicate) -> bool:
    """Whether it can be written: segments by name, at_least 1 or more, no comparison given twice, no zones."""
    if isinstance(predicate, Did) and predicate.at_least == 0 and predicate.at_most is None:
        return False
    if isinstance(predicate, Did) and predicate.at_most is not None and predicate.at_most < predicate.at_least:
        return False
    if isinstance(predicate, Did) and predicate.since and predicate.until and predicate.until < predicate.since:
        return False
    if isinstance(predicate, EventIs):
        tests = [(test.property, test.op) for test in predicate.where]
        grouped = [name for name, _ in tests] == sorted(name for name, _ in tests)
        return grouped and len(set(tests)) == len(tests) and all(test.zone == "UTC" for test in predicate.where)
    return not isinstance(predicate, InSegment) and all(map(_plain, inside(predicate)))


@given(predicates.filter(_plain))
def test_what_is_written_reads_back_and_fits_the_schema(predicate: Predicate) -> None:
    written = to_data(predicate)
    assert parse(written) == parse(json.dumps(written)) == predicate
    VALIDATOR.validate(json.loads(json.dumps(written)))


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_this_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads((FOLDER / "predicate.schema.json").read_text("utf-8")) == json_schema()


def test_the_schema_knows_every_word() -> None:
    defs = json_schema()["$defs"]
    assert set(defs["Predicate"]["oneOf"][1]["properties"]) == set(KEYS)
    assert set(defs["Comparison"]["properties"]) == set(OPS)


@pytest.mark.parametrize(
    "written",
    [
        {"evnt": "A"},
        {"event": "A", "within": "7d"},
        {"did": "A", "within": "soon"},
        {"did": "A", "sequence": ["A"], "within": "7d"},
        {"did": "A", "sequence": ["A"], "at_least": 2},
        {"all": []},
        {"where": {"x": {"gtt": 1}}},
        {"where": {"x": None}},
        5,
    ],
)
def test_the_schema_refuses_what_cannot_be_read(written: Any) -> None:
    assert not VALIDATOR.is_valid(written)
    with pytest.raises(BadPredicate):
        parse(written)


@pytest.mark.parametrize(
    ("written", "english", "spanish_text"),
    [
        ("Product Viewed", "“Product viewed”", "«Producto visto»"),
        (
            {"did": "Order Completed", "at_least": 2, "within": "30d"},
            "did at least 2 times: “Order completed”, in the last 30 d",
            "hizo al menos 2 veces: «Pedido completado», en los últimos 30 d",
        ),
        (
            {"event": "Email Clicked", "did_not": "Order Completed"},
            "“Email clicked” and did not: “Order completed”",
            "«Clic en correo» y no hizo: «Pedido completado»",
        ),
        (
            {"event": "A", "where": {"revenue_minor": {"gt": 5000}, "category": ["a", "b"]}},
            "“A” with revenue (in cents) over 5,000 and category is “a” or “b”",
            "«A» con ingreso (en céntimos) superior a 5.000 y categoría «a» o «b»",
        ),
        (
            {"sequence": ["Product Viewed", "Order Completed"], "within": "7d"},
            "“Product viewed”, then “Order completed”, all within 7 d",
            "«Producto visto» y después «Pedido completado», todo en 7 d",
        ),
        (
            {"first_touch": {"channel": "ads"}},
            "the first contact was: channel is “Ads”",
            "el primer contacto fue: canal «Anuncios»",
        ),
        ({"segment": "buyers"}, "belongs to the segment “buyers”", "pertenece al segmento «buyers»"),
    ],
)
def test_in_words(written: Any, english: str, spanish_text: str) -> None:
    predicate = parse(written, segments=SEGMENTS)
    assert (tell(predicate, "en"), tell(predicate, "es")) == (english, spanish_text)


@given(predicates)
def test_every_predicate_can_be_told(predicate: Predicate) -> None:
    assert tell(predicate, "en")
    assert tell(predicate, "es")


def test_every_comparison_can_be_told_in_spanish() -> None:
    for op in OPS:
        test = PropertyIs("x", op, True if op == "exists" else "v")
        assert tell(EventIs(where=(test,)), "en") != tell(EventIs(where=(test,)), "es")


def test_names_that_no_event_and_no_word_has_are_slips() -> None:
    written = {
        "event": ["Order Complete", "Order Shipped", "A"],
        "where": {"devise": "x", "hour": 3, "coupon": "y", "nothing": {"exists": False}},
    }
    found = unknown_names(parse(written), columns_of([]), taxonomy())
    assert [(one.kind, one.name) for one in found] == [("event", "Order Complete"), ("property", "devise")]
    assert "Order Completed" in found[0].known
    assert "device" in found[1].known
    assert "A" in EVENTS


def test_what_a_segment_names_is_no_slip_of_who_asks_for_it() -> None:
    asked = parse({"segment": "old"}, segments={"old": parse("Never Seen")})
    assert unknown_names(asked, columns_of([]), taxonomy()) == []


def test_contact_is_what_the_words_of_the_shop_say(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    own = "B: {en: B, es: B, contact: purchase}\nOrder Completed: {contact: other}\n"
    (tmp_path / "vocabulary" / "events.yaml").write_text(own)
    bought, none = {"where": {"contact": "purchase"}}, {"device": None, "size": None}
    events = [Happening(at, name, "web", none) for at, name in enumerate(EVENTS)]
    ours, theirs = parse(bought), parse(bought, words=load(tmp_path))
    for predicate, told in ((ours, [False, False, True]), (theirs, [False, True, False])):
        live = Live(predicate)
        state = live.new()
        assert evaluate(predicate, columns_of([events])).tolist() == told
        assert [live.see(state, event) for event in events] == told
    assert to_data(theirs) == to_data(ours)
