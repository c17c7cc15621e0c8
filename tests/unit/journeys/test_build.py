"""Journeys are sorted by customer, time, arrival; joining and moving events equals building anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from periplo.journeys import build as building
from periplo.journeys import out_of_memory
from periplo.journeys.build import Rows, Sorted, build, extend
from periplo.journeys.out_of_memory import build_out_of_memory, pieces_of


def rows_of(table: list[tuple[int, int]], first_seq: int = 0) -> Rows:
    """Rows from (customer, time) pairs; event and channel carry the row's identity so that mixing up shows."""
    numbers = np.arange(len(table), dtype=np.int64) + first_seq
    return Rows(
        customer=np.array([c for c, _ in table], np.int64),
        time_us=np.array([t for _, t in table], np.int64),
        seq=numbers,
        event=(numbers % 65_536).astype(np.uint16),
        channel=(numbers % 7).astype(np.uint8),
    )


def same(left: Sorted, right: Sorted) -> bool:
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in vars(left))


pairs = st.lists(st.tuples(st.sampled_from([-3, 0, 1, 2, 5, 10**12]), st.integers(0, 6)), max_size=60)


@given(pairs)
def test_build_equals_lexsort(table: list[tuple[int, int]]) -> None:
    rows = rows_of(table)
    made, origin = build(rows)
    expected = np.lexsort((rows.seq, rows.time_us, rows.customer))
    assert np.array_equal(origin, expected)
    assert np.array_equal(made.rows.customer, rows.customer[expected])
    assert np.array_equal(made.event, rows.event[expected])
    assert np.array_equal(made.customer, np.unique(rows.customer))


@given(pairs, st.randoms(use_true_random=False))
def test_input_order_does_not_matter(table: list[tuple[int, int]], random) -> None:
    rows = rows_of(table)
    shuffled = list(range(len(table)))
    random.shuffle(shuffled)
    assert same(build(rows)[0], build(rows.take(np.array(shuffled, np.int64)))[0])


@given(pairs, pairs)
def test_extend_equals_rebuild(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> None:
    old_rows, new_rows = rows_of(before), rows_of(after, first_seq=len(before))
    assert same(extend(build(old_rows)[0], new_rows), build(old_rows + new_rows)[0])


@given(pairs, pairs, st.lists(st.booleans(), min_size=60, max_size=60), st.integers(1, 9))
def test_what_goes_and_comes_equals_rebuild_whatever_the_parts(before, after, goes, rows_at_once) -> None:
    old, _ = build(rows_of(before))
    new_rows = rows_of(after, first_seq=len(before))
    gone = np.flatnonzero(goes[: len(before)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "ROWS_AT_ONCE", rows_at_once)
        found = extend(old, new_rows, gone, threads=2)
    staying = np.delete(np.arange(len(before)), gone)
    assert same(found, build(old.rows.take(staying) + new_rows)[0])


numbered = st.lists(st.tuples(st.integers(0, 40) | st.just(3), st.integers(0, 6)), max_size=60)


@settings(max_examples=40)
@given(
    numbered, st.lists(numbered, max_size=4), st.lists(st.booleans(), min_size=60), st.integers(1, 9), st.integers(2, 9)
)
def test_out_of_memory_the_same_is_built(before, parts, goes, rows_at_once, most_files) -> None:
    """Also what stays of old journeys, whatever the parts, and where one customer has most of it."""
    old, _ = build(rows_of(before))
    gone = np.flatnonzero(goes[: len(before)])
    staying = np.setdiff1d(np.arange(len(before)), gone)
    firsts = np.cumsum([len(before), *map(len, parts)]).tolist()
    new = [rows_of(part, first) for part, first in zip(parts, firsts, strict=False)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(out_of_memory, "ROWS_AT_ONCE", rows_at_once)
        patch.setattr(out_of_memory, "MOST_FILES", most_files)
        found = build_out_of_memory([*pieces_of(old, gone), *new], 41, sum(map(len, new)))
    assert same(found, build(Rows.together([old.rows.take(staying), *new]))[0])


@given(pairs, pairs, st.dictionaries(st.sampled_from([-3, 0, 1, 2, 5]), st.sampled_from([-3, 1, 7, 10**12])))
def test_any_identity_changes_with_new_events_equal_rebuild(before, after, merged: dict[int, int]) -> None:
    rows, new_rows = rows_of(before), rows_of(after, first_seq=len(before))
    old, _ = build(rows)
    touched = old.rows_of(np.array([*merged], np.int64))
    to = np.array([merged[number] for number in old.rows.customer[touched].tolist()], np.int64)
    found = extend(old, old.moved(touched, to) + new_rows, touched)
    renamed = np.array([merged.get(number, number) for number in rows.customer.tolist()], np.int64)
    expected = Rows(renamed, rows.time_us, rows.seq, rows.event, rows.channel) + new_rows
    assert same(found, build(expected)[0])


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 70), st.integers(1, 60))
def test_parts_buckets_and_threads_do_not_matter(seed, bucket_rows, most_buckets, rows_at_once) -> None:
    random = np.random.default_rng(seed)
    table = np.stack((random.integers(0, 1 << random.integers(1, 12), 200), random.integers(0, 50, 200)), axis=1)
    rows = rows_of(table.tolist())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "BUCKET_ROWS", bucket_rows)
        patch.setattr(building, "MOST_BUCKETS", most_buckets)
        patch.setattr(building, "ROWS_AT_ONCE", rows_at_once)
        found, origin = build(rows, threads=3)
    assert np.array_equal(origin, np.lexsort((rows.seq, rows.time_us, rows.customer)))
    assert same(found, build(rows)[0])


@given(pairs, st.lists(st.sampled_from([-4, -3, 0, 2, 5, 10**12, 10**13])))
def test_rows_of_customers(table, customers: list[int]) -> None:
    made, _ = build(rows_of(table))
    expected = np.flatnonzero(np.isin(made.rows.customer, customers))
    assert np.array_equal(made.rows_of(np.array(customers, np.int64)), expected)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_long_journeys_sort_too(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = rows_of(
        list(zip(random.integers(0, 3, 2_000).tolist(), random.integers(0, 500, 2_000).tolist(), strict=True))
    )
    assert np.array_equal(build(rows)[1], np.lexsort((rows.seq, rows.time_us, rows.customer)))


def test_columns_take_their_window_from_the_events() -> None:
    made, _ = build(rows_of([(2, 50), (1, 10), (2, 20)]))
    columns = made.columns(person=np.ones(2, np.bool_), event_names=("A", "B", "C"), channel_names=("web",) * 3)
    assert (columns.since_us, columns.until_us, columns.customers, columns.events) == (10, 50, 2, 3)
    assert columns.offsets.tolist() == [0, 1, 3]


def test_nothing_at_all_is_a_valid_journey() -> None:
    made, origin = build(rows_of([]))
    assert made.offsets.tolist() == [0]
    assert len(origin) == 0
    assert same(extend(made, rows_of([(1, 2)])), build(rows_of([(1, 2)]))[0])
