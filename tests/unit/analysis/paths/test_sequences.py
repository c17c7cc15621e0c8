"""The language of sequences, and their occurrences against trying all chains."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from given import given, made
from periplo.analysis import Journeys
from periplo.errors import BadPredicate, UsageError
from periplo.language import tell
from support_paths import indices

STEPS = ["A", "B", "A or C", "*"]
links = st.fixed_dictionaries(
    {
        "step": st.sampled_from(STEPS),
        "within": st.sampled_from([None, 2, 5]),
        "directly": st.booleans(),
        "without": st.sampled_from([None, None, "C", "B or D"]),
    }
)
patterns = st.tuples(st.sampled_from(STEPS), st.lists(links, max_size=3), st.sampled_from([None, None, 6]))
happenings = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from("ABCD"), st.integers(0, 25).map(float), st.just("web")),
    max_size=40,
    unique_by=lambda event: (event[0], event[2]),
)


def written(pattern) -> str:
    first, rules, total = pattern
    text = first
    for rule in rules:
        text += ", then" + (" directly" if rule["directly"] else "")
        text += (f" within {rule['within']}s" if rule["within"] else "") + f" {rule['step']}"
        text += f", without {rule['without']} between" if rule["without"] else ""
    return text + (f", within {total}s" if total else "")


def fits(name: str, step: str) -> bool:
    return step == "*" or name in step.split(" or ")


def chains(events: list, begin: int, pattern) -> Iterator[tuple[int, ...]]:
    """All chains of rows from ``begin`` on that the pattern allows, in any order."""
    first, rules, total = pattern

    def grow(chain: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(chain) == len(rules) + 1:
            if total is None or events[chain[-1]][2] - events[chain[0]][2] <= total:
                yield chain
            return
        rule = rules[len(chain) - 1]
        for row in range(chain[-1] + 1, len(events)):
            between = events[chain[-1] + 1 : row]
            near = rule["within"] is None or events[row][2] - events[chain[-1]][2] <= rule["within"]
            barred = any(rule["without"] and fits(event[1], rule["without"]) for event in between)
            if fits(events[row][1], rule["step"]) and near and not barred and not (rule["directly"] and between):
                yield from grow((*chain, row))

    for row in range(begin, len(events)):
        if fits(events[row][1], first):
            yield from grow((row,))


def by_hand(happened, pattern) -> list[tuple[int, list[float]]]:
    """The customer and the moments of each occurrence: the chain that ends first, of those the latest one."""
    found = []
    for who in range(4):
        events, begin = sorted((e for e in happened if e[0] == who), key=lambda e: e[2]), 0
        while all_ := list(chains(events, begin, pattern)):
            end = min(chain[-1] for chain in all_)
            best = max((chain for chain in all_ if chain[-1] == end), key=lambda chain: chain[::-1])
            found.append((who, [events[row][2] for row in best]))
            begin = end + 1
    return found


@settings(max_examples=150)
@for_all(happenings, patterns)
def test_occurrences_equal_trying_all_chains(happened, pattern) -> None:
    happened = [*happened, *((9, name, 0.0, "web") for name in "ABCD")]
    whole = Journeys(made(happened, 10, strangers=[9]), threads=2)
    found = whole.sequences(written(pattern))
    [row] = found.found
    expected = by_hand(happened, pattern)
    who = {customer for customer, _ in expected}
    people = {event[0] for event in happened} - {9}
    assert (row.n, row.customers, found.customers) == (len(expected), len(who), len(people))
    assert row.share == (len(who) / len(people) if people else 0)
    assert found.behind(row.ref).tolist() == indices(whole, who)
    if expected:
        length = [moments[-1] - moments[0] for _, moments in expected]
        assert (row.median_s, row.p90_s) == pytest.approx(tuple(np.quantile(length, [0.5, 0.9])))
        for k, step in enumerate(row.steps):
            between = [list(b - a for a, b in pairwise(moments))[k] for _, moments in expected]
            assert (step.median_s, step.p90_s) == pytest.approx(tuple(np.quantile(between, [0.5, 0.9])))


@settings(max_examples=25)
@for_all(happenings, st.lists(patterns, min_size=1, max_size=3), st.randoms(use_true_random=False), st.integers(1, 6))
def test_neither_order_nor_threads_matter(happened, several, random, threads: int) -> None:
    happened = [*happened, *((9, name, float(k), "web") for k, name in enumerate("ABCD"))]
    shuffled = list(happened)
    random.shuffle(shuffled)
    texts = [written(pattern) for pattern in several]
    one, many = Journeys(made(happened, 10), threads=1), Journeys(made(shuffled, 10), threads=threads)
    assert one.sequences(*texts, versus="D").found == many.sequences(*texts, versus="D").found


WHOLE = Journeys(
    given(
        "A0 B60 C120",
        "A0 C30 B60",
        "A0 B90000",
        names={"A": "Product Viewed", "B": "Order Completed", "C": "Out of Stock, again"},
        device=["phone", "phone", "phone", "web", "web", "web", "web", "web"],
    )
)


@pytest.mark.parametrize(
    ("pattern", "n"),
    [
        ("Product Viewed, then Order Completed", 3),
        ("Product Viewed then within 1d Order Completed", 2),
        ("Product Viewed, luego en 1 día Order Completed", 2),
        ('Product Viewed, then Order Completed, without "Out of Stock, again" between', 2),
        ('Product Viewed, luego Order Completed, sin "Out of Stock, again" entre medias', 2),
        ("Product Viewed, then directly Order Completed", 2),
        ("purchase", 3),
        ("*, luego directamente *", 3),
        ('Order Completed o "Out of Stock, again"', 5),
        ("{event: Product Viewed, where: {device: phone}}, then Order Completed", 1),
        ("Product Viewed, then Order Completed, within 1d", 2),
    ],
)
def test_the_language(pattern: str, n: int) -> None:
    assert WHOLE.sequences(pattern).found[0].n == n


@pytest.mark.parametrize(
    ("pattern", "place", "said"),
    [
        ("", 1, "name of an event is expected"),
        ("Product Viewed,", 16, "A rule is expected"),
        ("Product Viewed, thn Order Completed", 17, "Did you mean “then”?"),
        ("Product Viewed, then", 21, "name of an event is expected"),
        ("Product Viewed, then Order Compleated", 22, "Did you mean “Order Completed”?"),
        ("Product Viewed, then within soon Order Completed", 29, "is not a length of time"),
        ("Product Viewed, then within 0d Order Completed", 29, "is not a length of time"),
        ('Product Viewed, then "Order', 21, "quotation mark is not closed"),
        ("Product Viewed, then {event: X", 22, "brace is not closed"),
        ("without Order Completed", 1, "name of an event is expected"),
        ("Product Viewed, without Order Completed", 17, "follows a step that “then” leads to"),
        ("Product Viewed, within 7d, then Order Completed", 28, "Nothing can follow"),
        (", ".join(["Product Viewed"] + ["then Product Viewed"] * 8), 1, "at most 8 steps"),
    ],
)
def test_a_slip_is_shown_where_it_is(pattern: str, place: int, said: str) -> None:
    with pytest.raises(BadPredicate) as raised:
        WHOLE.sequences(pattern)
    assert f"At sign {place} of" in str(raised.value)
    assert said in str(raised.value)
    assert tell(raised.value, "es")["what"].startswith(f"En el signo {place} de «")


def test_several_at_once_stand_beside_each_other() -> None:
    found = WHOLE.sequences("Product Viewed, then Order Completed", "Order Completed, then Product Viewed")
    assert [(row.n, row.ref) for row in found.found] == [(3, "sequence/1"), (0, "sequence/2")]
    assert found.found[1].median_s is None
    assert found.behind("sequence/all").tolist() == [0, 1, 2]
    for wrong in ("sequence/3", "sequence/0", "sequence/x", "sequence"):
        with pytest.raises(UsageError):
            found.behind(wrong)
    for count in (0, 33):
        with pytest.raises(UsageError):
            WHOLE.sequences(*["Product Viewed"] * count)


def test_nobody_and_a_group() -> None:
    empty = Journeys(given()).sequences("Product Viewed, then Order Completed", versus="Order Completed")
    assert (empty.found[0].n, empty.found[0].share, empty.found[0].difference) == (0, 0.0, None)
    told = WHOLE.sequences(
        "Product Viewed, then directly Order Completed", versus={"event": "*", "where": {"device": "phone"}}
    )
    difference = told.found[0].difference
    assert (difference.n, difference.n_others) == (1, 1)
    assert (difference.share, difference.others) == (1.0, 0.5)
