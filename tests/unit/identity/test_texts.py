"""An index of texts answers as a dictionary would, however it grew."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from periplo.identity.texts import UNSEEN, TextIndex
from periplo.operation.shelf import Shelf

some_texts = st.lists(st.text(max_size=6) | st.sampled_from(["", "a", "aa", "ñ", "user@example.com"]), max_size=30)


@given(
    st.sampled_from([None, Shelf()]),
    st.lists(some_texts, max_size=6),
    st.lists(st.none() | st.text(max_size=6) | st.sampled_from(["", "a", "ñ"])),
)
def test_finds_what_a_dictionary_finds(shelf: Shelf | None, parts: list[list[str]], wanted: list[str | None]) -> None:
    index, expected, number = TextIndex(shelf=shelf), dict[str | None, int](), 0
    for part in parts:
        ids = np.arange(number, number + len(part))
        number += len(part)
        index = index.plus(pa.array(part, pa.string()), ids)
        for text, one in zip(part, ids.tolist(), strict=True):
            expected.setdefault(text, one)
    wanted += [text for part in parts for text in part]
    chunks = pa.chunked_array([pa.array(wanted[:3], pa.string()), pa.array(wanted, pa.string())[3:]])
    assert index.find(chunks).tolist() == [expected.get(text, UNSEEN) for text in wanted]


def test_what_was_there_before_does_not_change() -> None:
    before = TextIndex().plus(pa.array(["a"]), np.array([7]))
    after = before.plus(pa.chunked_array([["b"], ["a"]]), np.array([8, 9]))
    assert before.find(pa.array(["a", "b"])).tolist() == [7, UNSEEN]
    assert after.find(pa.array(["a", "b"])).tolist() == [7, 8]


def test_there_are_few_layers_however_often_it_grows() -> None:
    index = TextIndex()
    for number in range(500):
        index = index.plus(pa.array([f"u{number}"]), np.array([number]))
    assert len(index.layers) < 10
    assert index.find(pa.array(["u0", "u499", "u500"])).tolist() == [0, 499, UNSEEN]


def test_more_texts_are_found_than_are_sought_side_by_side() -> None:
    texts = [f"customer {n}" for n in range(1000)]
    index = TextIndex().plus(pa.array(texts[::2]), np.arange(0, 1000, 2))
    found = index.find(pa.array(texts))
    assert found.tolist() == [n if n % 2 == 0 else UNSEEN for n in range(1000)]


def test_an_index_of_nothing_but_the_empty_text() -> None:
    index = TextIndex().plus(pa.array([""]), np.array([7]))
    assert index.find(pa.array(["", "a", None])).tolist() == [7, UNSEEN, UNSEEN]
