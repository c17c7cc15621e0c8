"""Codes of names stay; too many names share one."""

import pyarrow as pa

from periplo.workspace.names import Names


def test_known_names_keep_their_codes_and_new_ones_follow() -> None:
    names = Names(("b", "a"), 100)
    assert names.codes(pa.array(["a", "c", "a", "b"])).tolist() == [1, 2, 1, 0]
    assert names.all == ("b", "a", "c")


def test_no_name_is_unknown() -> None:
    names = Names((), 100)
    assert names.codes(pa.chunked_array([["a", None], ["a"]])).tolist() == [0, 1, 0]
    assert names.all == ("a", "unknown")


def test_what_is_too_many_shares_one_name() -> None:
    names = Names((), 4)
    assert names.codes(pa.array(["a", "b", "c", "d", "e", "a", "d"])).tolist() == [0, 1, 2, 3, 3, 0, 3]
    assert names.all == ("a", "b", "c", "other")
    again = Names(names.all, 4)
    assert again.codes(pa.array(["z", "c"])).tolist() == [3, 2]


def test_nothing() -> None:
    assert Names((), 4).codes(pa.array([], pa.string())).tolist() == []
