"""Identifiers in one form, and what never is one: SEMANTICS 2."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.events import normalise, normalise_column
from periplo.vocabulary import load

ZERO = "00000000-0000-0000-0000-000000000000"
NEVER = [
    *("anonymous", "guest", "null", "none", "nil", "undefined", "nan", "0", "-1", ZERO, "true", "false", "id", "email"),
    *("user", "unknown", "not_authenticated", "distinct_id", "test@test.com", "test@test.es", "[object Object]", ""),
]


@pytest.mark.parametrize("value", NEVER)
def test_never_an_identifier(value: str) -> None:
    for kind in ("user_id", "email", "phone", "anonymous_id", "loyalty_card"):
        for dressed in (value, f"  {value} ", f'"{value}"', f"'{value}'", f"«{value}»", value.upper(), value.title()):
            assert normalise(kind, dressed, "ES") is None


@pytest.mark.parametrize(
    ("kind", "value", "country", "expected"),
    [
        ("user_id", " AbC 42 ", None, "AbC 42"),
        ("user_id", "100", None, "100"),
        ("user_id", "identity", None, "identity"),
        ("anonymous_id", "00000000-0000-0000-0000-000000000001", None, "00000000-0000-0000-0000-000000000001"),
        ("email", " Ana.Gil@Example.COM ", None, "ana.gil@example.com"),
        ("email", "ana", None, None),
        ("email", "@example.com", None, None),
        ("email", "ana gil@example.com", None, None),
        ("phone", "600 11 22 33", "ES", "+34600112233"),
        ("phone", "+34 600-112-233", None, "+34600112233"),
        ("phone", "0034600112233", "ES", "+34600112233"),
        ("phone", "+44 (0)7911 123456", "ES", "+447911123456"),
        ("phone", "600112233", None, None),
        ("phone", "123", "ES", None),
        ("phone", "call me", "ES", None),
        ("email", None, None, None),
    ],
)
def test_the_one_form(kind: str, value: str | None, country: str | None, expected: str | None) -> None:
    assert normalise(kind, value, country) == expected


def test_a_shop_has_its_own_list(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "identifiers.yaml").write_text("never: [mostrador, '*@shop.example', '+34600112233']\n")
    words = load(tmp_path)
    assert normalise("user_id", "Mostrador", words=words) is None
    assert normalise("email", "TPV3@Shop.Example", words=words) is None
    assert normalise("phone", "600112233", "ES", words) is None
    assert normalise("user_id", "Mostrador") == "Mostrador"


@given(
    st.sampled_from(["user_id", "email", "phone"]),
    st.lists(st.none() | st.text(max_size=6) | st.sampled_from(["A@b.es", "600112233", "null", " x "])),
)
def test_columns_agree_with_single_values(kind: str, values: list[str | None]) -> None:
    expected = [normalise(kind, value, "ES") for value in values]
    column = pa.array(values, pa.string())
    assert normalise_column(kind, column, "ES").to_pylist() == expected
    assert normalise_column(kind, column.dictionary_encode(), "ES").to_pylist() == expected
    assert normalise_column(kind, pa.chunked_array([column, column]), "ES").to_pylist() == expected * 2
