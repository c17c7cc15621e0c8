"""Search against a plain reading of the same rules, letter by letter."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from periplo.profiles.searching import NAME, Sought, searchable

LETTERS = st.text("aábBñNé çx1.-@ +", max_size=10)


def hits(kind: str, text: str, texts: list[str]) -> dict[str, int]:
    column = pa.array(texts, pa.string())
    rows, ranks = Sought.of(text, "ES").hits(kind, searchable(kind, column))
    return dict(zip((texts[row] for row in rows), ranks.tolist(), strict=True))


def plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(ch for ch in apart if unicodedata.category(ch) != "Mn").lower()


@given(st.lists(LETTERS, max_size=8, unique=True), LETTERS)
def test_a_text_fits_where_it_has_every_word(texts: list[str], sought: str) -> None:
    words = plain(sought).split()
    expected = {text for text in texts if words and all(word in plain(text) for word in words)}
    found = hits(NAME, sought, texts)
    assert set(found) == expected
    whole = " ".join(words)
    for text, rank in found.items():
        assert (rank == 0) == (plain(text) == whole)
        assert (rank == 1) == (plain(text) != whole and plain(text).startswith(whole))


@given(
    st.lists(st.text("0123456789", min_size=9, max_size=11), max_size=8, unique=True),
    st.integers(0, 9),
    st.integers(4, 11),
)
def test_a_phone_fits_where_it_has_the_digits(numbers: list[str], begin: int, length: int) -> None:
    phones = [f"+{number}" for number in numbers]
    sought = (numbers[0] if numbers else "600123456")[begin:][:length]
    found = hits("phone", " ".join(sought), phones)
    if len(sought.removeprefix("00")) >= 4:
        assert set(found) >= {phone for phone in phones if sought.removeprefix("00") in phone}
    else:
        assert not found


@pytest.mark.parametrize("written", ["600 12 34 56", "(+34) 600-123-456", "0034600123456", "600.123.456", "12 34 56"])
def test_a_phone_may_be_written_in_many_ways(written: str) -> None:
    assert set(hits("phone", written, ["+34600123456", "+34600999999"])) == {"+34600123456"}


def test_orders_are_found_by_their_number_alone() -> None:
    orders = ["1001@web", "1002@web", "21001@till"]
    assert hits("order", "#1001", orders) == {"1001@web": 0, "21001@till": 3}
    assert hits("order", "web", orders) == {}


def test_a_part_of_an_address_counts_more_when_it_begins_there() -> None:
    assert hits("email", "garcia", ["ana.garcia@x.es", "legarcia@x.es", "garcia@x.es"]) == {
        "garcia@x.es": 1,
        "ana.garcia@x.es": 2,
        "legarcia@x.es": 3,
    }


def test_nothing_is_found_for_nothing() -> None:
    assert not Sought.of("   ")
    assert hits(NAME, " ", ["a"]) == hits("phone", "12", ["+3412"]) == {}
