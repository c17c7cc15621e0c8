"""Where others' data name a person, and where they only seem to."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.events.model import to_batch
from periplo.events.schema import STORED
from periplo.privacy.redacting import ERASED, Named, names_in_text
from support_events import event

TEXTS = {"email": ["ana@example.com"], "phone": ["+34600123456"], "user_id": ["ana-1", "17"], "order": ["A-77@web"]}


def taken_out(**fields: str) -> dict[str, str | None]:
    batch = to_batch([event("1", **fields)])
    table = pa.Table.from_arrays([pa.array([1]), *batch.columns], schema=STORED)
    named = Named(TEXTS)
    (there,) = named.there(table).to_pylist()
    after = named.taken_out(table).to_pylist()[0]
    assert there == (after != table.to_pylist()[0]), "what is found is what is changed"
    return {name: after[name] for name in fields}


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('{"to": "Ana@Example.com"}', f'{{"to": "{ERASED}"}}'),
        ("ana@example.com ana@example.com,ana@example.com.", f"{ERASED} {ERASED},{ERASED}."),
        ("maria.ana@example.com", "maria.ana@example.com"),
        ("juana@example.com", "juana@example.com"),
        ("ana@example.com.mx", "ana@example.com.mx"),
        ("call 600 12 34 56 or (+34) 600-123-456", f"call {ERASED} or ({ERASED}"),
        ("0034600123456", ERASED),
        ("16001234567", "16001234567"),
        ("ana-1 is no address", "ana-1 is no address"),
        ("/?mail=ana%40example.com&x=1", f"/?mail={ERASED}&x=1"),
        ("/?to=mail%3Aana%2540example.com", f"/?to=mail%3A{ERASED}"),
        ("/?tel=%2B34600123456", f"/?tel=%2B{ERASED}"),
        (r'{"to": "ana\u0040example.com"}', f'{{"to": "{ERASED}"}}'),
        (r'{"text": "write to\nana@example.com\nor\t600123456"}', rf'{{"text": "write to\n{ERASED}\nor\t{ERASED}"}}'),
    ],
)
def test_addresses_and_numbers_in_texts(text: str, after: str) -> None:
    found = taken_out(title=text)["title"] or ""
    assert found.replace(")", "") == after.replace(")", "")


def test_identifiers_in_columns_become_null_whatever_they_are() -> None:
    assert taken_out(user_id="17", email="b@example.com") == {"user_id": None, "email": "b@example.com"}
    assert taken_out(phone="+34600123456", page="/17") == {"phone": None, "page": "/17"}


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ('{"tel": 600123456, "n": 1}', {"tel": ERASED, "n": 1}),
        ('{"tel": [34600123456], "600123456": "a, 600123456, b"}', {"tel": [ERASED], ERASED: f"a, {ERASED}, b"}),
        (r'{"said": "[erased] \" 600123456", "tel":600123456}', {"said": f'{ERASED} " {ERASED}', "tel": ERASED}),
    ],
)
def test_what_is_json_stays_json_where_a_number_is_taken_out(said: str, after: object) -> None:
    assert json.loads(taken_out(properties=said)["properties"] or "") == after
    assert json.loads(taken_out(context=said)["context"] or "") == after


def test_an_account_named_by_the_address_loses_it_and_so_does_an_event() -> None:
    assert taken_out(user_id="Ana@Example.com") == {"user_id": None}
    assert taken_out(user_id="juana@example.com") == {"user_id": "juana@example.com"}
    assert taken_out(event="Mail to ana@example.com") == {"event": f"Mail to {ERASED}"}


def test_nothing_to_look_for() -> None:
    batch = to_batch([event("1", title="ana@example.com")])
    assert Named({}).there(batch).to_pylist() == [False]
    assert not names_in_text({"user_id": ["17"]})("17,17,17"), "a short number could be anything"
    assert names_in_text({"user_id": ["ana-1"]})('{"userId":"ana-1"}')
    assert not names_in_text({"user_id": ["ana-1"]})("ana-12")
    assert names_in_text({"order": ["A-77@web"]})("order A-77.")
    assert names_in_text(TEXTS)("600.123.456;x")


@given(st.text("ab.@-+_ ", max_size=12), st.text("ab.@-+_ ", max_size=12))
def test_a_name_between_marks_is_found_in_rows_as_in_events(before: str, after: str) -> None:
    text = f"{before}ana@example.com{after}"
    ends = after[:1] in ("", "@", "+", " ") or (after[0] == "." and after[1:2] not in ("a", "b", "_"))
    apart = before[-1:] in ("", "@", " ") and ends
    assert names_in_text(TEXTS)(text) == apart
    assert ((taken_out(title=text)["title"] or "").count(ERASED) == 1) == apart
