"""Attribution of paths: published numbers, and references written from the definitions by brute force."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from fractions import Fraction
from itertools import chain, combinations, groupby, pairwise
from math import factorial

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from periplo.analysis.attribution import Credits, of_paths
from periplo.errors import UnknownName, UsageError
from support import oracle

# first, last, linear, removal effect, Markov, Shapley
PATHDATA = {
    "alpha": (6308, 8447, 7574.719, 0.5584, 5344.948, 7627.944),
    "beta": (2831, 989, 2083.500, 0.2640, 2527.352, 1982.739),
    "eta": (3164, 4167, 3539.951, 0.3490, 3340.847, 3613.656),
    "iota": (4606, 3355, 3857.096, 0.4058, 3884.615, 3505.044),
    "lambda": (902, 1207, 1035.258, 0.1340, 1282.847, 987.782),
    "theta": (1606, 653, 1022.801, 0.2060, 1971.913, 1190.963),
}


@pytest.fixture(scope="module")
def published() -> dict[str, list]:
    with gzip.open(oracle("mta/data/data.csv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "paths": [row["path"] for row in rows],
        "conversions": [int(row["total_conversions"]) for row in rows],
        "value": [float(row["total_conversion_value"]) for row in rows],
        "nulls": [int(row["total_null"]) for row in rows],
    }


def test_pathdata_to_the_printed_digits(published) -> None:
    found = of_paths(**published)
    assert (len(published["paths"]), found.conversions) == (10_000, 19_785)
    assert round(found.probability, 7) == 0.2238451
    for name, (first, last, linear, removal, markov, shapley) in PATHDATA.items():
        each = found.get(name)
        given = {model: each.credit(model).conversions for model in ("first", "last", "linear", "markov", "shapley")}
        assert (given["first"], given["last"]) == (first, last)
        assert (round(given["linear"], 3), round(given["shapley"], 3)) == (linear, shapley)
        assert (round(given["markov"], 3), round(each.credit("markov").removal_effect, 4)) == (markov, removal)


def test_the_value_of_pathdata_is_shared_out_whole(published) -> None:
    found = of_paths(**published)
    for credits in zip(*(each.credits for each in found.attributed), strict=True):
        assert sum(credit.conversions for credit in credits) == pytest.approx(19_785)
        assert sum(credit.money[0].value for credit in credits) == pytest.approx(sum(published["value"]))


def test_the_small_examples() -> None:
    three = of_paths(["C1 > C2 > C3", "C1", "C2 > C3"], [1, 0, 0], nulls=[0, 1, 1])
    assert {each.name: each.credit("markov").share for each in three.attributed} == pytest.approx(
        {"C1": 0.2, "C2": 0.4, "C3": 0.4}
    )
    two = of_paths(["google", "mailing", "google > mailing", "google"], [2, 1, 1, 0])
    assert {each.name: each.credit("markov").share for each in two.attributed} == pytest.approx(
        {"google": 0.6, "mailing": 0.4}
    )


# Removal effects that a simulation gives (ChannelAttribution 2.2.5, conv_par 0.005): order, of conversions or of value.
SIMULATED = {
    (1, "value"): {"alpha": 0.5233, "iota": 0.4187, "eta": 0.3613, "beta": 0.2689, "theta": 0.2107, "lambda": 0.1434},
    (2, "conversions"): {"alpha": 0.5475, "iota": 0.3715, "eta": 0.3306, "beta": 0.2377, "theta": 0.1851},
    (2, "value"): {"alpha": 0.5204, "iota": 0.4030, "eta": 0.3517, "beta": 0.2640, "theta": 0.1991},
    (3, "conversions"): {"alpha": 0.5461, "iota": 0.3605, "eta": 0.3223, "beta": 0.2280, "theta": 0.1764},
    (3, "value"): {"alpha": 0.5201, "iota": 0.3970, "eta": 0.3463, "beta": 0.2601, "theta": 0.1959},
}


@pytest.mark.parametrize(("order", "what"), SIMULATED)
def test_longer_memories_and_value_are_as_a_simulation_says(published, order: int, what: str) -> None:
    """Among the channels of which both are known the shares agree to what a simulation can tell."""
    found = of_paths(**published, models=["markov"], markov_order=order)
    expected = SIMULATED[order, what]
    credits = {name: found.get(name).credits[0] for name in expected}
    given = {name: each.money[0].value if what == "value" else each.conversions for name, each in credits.items()}
    for name, effect in expected.items():
        assert given[name] / sum(given.values()) == pytest.approx(effect / sum(expected.values()), abs=2e-3)
        if what == "conversions":
            assert credits[name].removal_effect == pytest.approx(effect, abs=2e-3)


tables = st.lists(
    st.tuples(st.lists(st.sampled_from("ABCD"), min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 3)),
    min_size=1,
    max_size=8,
)


def split(table) -> dict[str, list]:
    paths, conversions, nulls = (list(column) for column in zip(*table, strict=True))
    return {"paths": paths, "conversions": conversions, "nulls": nulls}


def given_by(found: Credits, model: str) -> dict[str, float]:
    return {each.name: each.credit(model).conversions for each in found.attributed}


@for_all(tables)
def test_shapley_is_that_of_all_orders_of_arrival(table) -> None:
    players = sorted({*chain(*(path for path, _, _ in table))})

    def earned(coalition: frozenset[str]) -> int:
        return sum(conversions for path, conversions, _ in table if {*path} <= coalition)

    expected = {}
    for player in players:
        others = [other for other in players if other != player]
        sets = chain.from_iterable(combinations(others, size) for size in range(len(players)))
        expected[player] = sum(
            Fraction(factorial(len(each)) * factorial(len(others) - len(each)), factorial(len(players)))
            * (earned(frozenset({*each, player})) - earned(frozenset(each)))
            for each in sets
        )
    found = of_paths(**split(table))
    some = {name: float(value) for name, value in expected.items() if name in given_by(found, "shapley")}
    assert given_by(found, "shapley") == pytest.approx(some)
    assert sum(expected.values()) == found.conversions


def walked(table, order: int, without: str | None = None) -> float:
    """The probability of a conversion by walking the chain for very long, path by path of its states."""
    steps: dict[tuple, Counter] = {}
    for path, conversions, nulls in table:
        states = [tuple(path[max(0, k - order) : k]) for k in range(len(path) + 1)]
        for before, after in pairwise(states):
            steps.setdefault(before, Counter())[after] += conversions + nulls
        steps.setdefault(states[-1], Counter()).update({"converted": conversions, "ended": nulls})
    here, converted = {(): 1.0}, 0.0
    for _ in range(4000):
        onward: dict[tuple, float] = {}
        for state, probability in here.items():
            total = sum(steps[state].values())
            for after, times in steps[state].items():
                part = probability * times / total if times else 0.0
                if after == "converted":
                    converted += part
                elif after != "ended" and without not in after and part > 1e-18:
                    onward[after] = onward.get(after, 0.0) + part
        here = onward
        if not here:
            break
    return converted


@settings(max_examples=60)
@for_all(tables, st.integers(1, 3))
def test_removal_effects_are_those_of_walking_for_very_long(table, order: int) -> None:
    table = [(path, conversions, nulls) for path, conversions, nulls in table if conversions + nulls]
    if not table:
        return
    found = of_paths(**split(table), markov_order=order)
    whole = walked(table, order)
    assert found.probability == pytest.approx(whole, rel=1e-7)
    effects = {each.name: 1 - walked(table, order, each.name) / whole if whole else 0.0 for each in found.attributed}
    given = {each.name: each.credit("markov").removal_effect for each in found.attributed}
    assert given == pytest.approx(effects, abs=1e-7)
    total = sum(effects.values())
    if total:
        shared = {name: effect / total * found.conversions for name, effect in effects.items()}
        assert given_by(found, "markov") == pytest.approx(shared, abs=1e-6)


def test_the_probability_is_that_of_the_fundamental_matrix(published) -> None:
    paths = [path.split(" > ") for path in published["paths"]]
    names = sorted({*chain(*paths)})
    places = {name: k + 1 for k, name in enumerate(names)}
    counts = np.zeros((len(names) + 1, len(names) + 3))
    for path, conversions, nulls in zip(paths, published["conversions"], published["nulls"], strict=True):
        at = 0
        for name in path:
            counts[at, places[name]] += conversions + nulls
            at = places[name]
        counts[at, -2:] += conversions, nulls
    chances = counts / counts.sum(axis=1, keepdims=True)
    chance = np.linalg.solve(np.eye(len(counts)) - chances[:, : len(counts)], chances[:, -2])[0]
    assert of_paths(**published).probability == pytest.approx(chance, rel=1e-12)


@for_all(tables)
def test_the_longer_chain_solved_without_inverting_agrees_where_both_can_be_asked(table) -> None:
    """Paths in which nothing follows twice from one touch need no more memory than one."""
    once = [([name], conversions, nulls) for path, conversions, nulls in table for name in path[:1]]
    one, three = (of_paths(**split(once), markov_order=order) for order in (1, 3))
    assert given_by(one, "markov") == pytest.approx(given_by(three, "markov"))


@for_all(tables)
def test_repeating_a_touch_changes_no_removal_effect(table) -> None:
    collapsed = [([name for name, _ in groupby(path)], conversions, nulls) for path, conversions, nulls in table]
    found, once = of_paths(**split(table)), of_paths(**split(collapsed))
    assert found.probability == pytest.approx(once.probability)
    assert {each.name: each.credit("markov").removal_effect for each in found.attributed} == pytest.approx(
        {each.name: each.credit("markov").removal_effect for each in once.attributed}
    )


WEIGHTS = {"first": 1.0, "middle": 5.0, "last": 2.0}


def by_hand(path: list[str], model: str, direct: set[str]) -> list[float]:
    """The weights of the touches of one path, from the words of each model."""
    n = len(path)
    ends = {"position": (0.4, 0.2, 0.4), "j": (0.2, 0.2, 0.6), "inverse_j": (0.6, 0.2, 0.2), "custom": (1, 5, 2)}
    if model == "first":
        return [1.0] + [0.0] * (n - 1)
    if model == "last_non_direct" and {*path} - direct:
        place = max(k for k, name in enumerate(path) if name not in direct)
        return [float(k == place) for k in range(n)]
    if model in ("last", "last_non_direct"):
        return [0.0] * (n - 1) + [1.0]
    if model == "linear":
        return [1 / n] * n
    first, middle, last = ends[model]
    if n == 1:
        return [1.0]
    weights = [first, *[middle / (n - 2)] * (n - 2), last] if n > 2 else [first, last]
    return [weight / sum(weights) for weight in weights]


@for_all(tables, st.sets(st.sampled_from("ABCD"), max_size=2))
def test_the_models_by_hand(table, direct: set[str]) -> None:
    present = {*chain(*(path for path, _, _ in table))}
    chosen = sorted(direct & present)
    value = [3.5 * conversions for _, conversions, _ in table]
    found = of_paths(**split(table), value=value, direct=chosen, weights=WEIGHTS)
    for model in ("first", "last", "last_non_direct", "linear", "position", "j", "inverse_j", "custom"):
        expected: Counter[str] = Counter(dict.fromkeys(given_by(found, model), 0.0))
        for path, conversions, _ in table:
            for name, weight in zip(path, by_hand(path, model, {*chosen}), strict=True):
                if name in expected:
                    expected[name] += conversions * weight
        assert given_by(found, model) == pytest.approx(dict(expected)), model
        assert sum(given_by(found, model).values()) == pytest.approx(found.conversions)
        for each in found.attributed:
            for money in each.credit(model).money:
                assert money.value == pytest.approx(3.5 * each.credit(model).conversions, rel=1e-7)


@for_all(tables)
def test_assisted_and_last_add_up_to_those_that_took_part(table) -> None:
    for each in of_paths(**split(table)).attributed:
        took_part = sum(conversions for path, conversions, _ in table if each.name in path)
        assert each.took_part == took_part == each.assisted + each.credit("last").conversions
        assert each.touches == sum((conversions + nulls) * path.count(each.name) for path, conversions, nulls in table)


def test_shares_alike_are_exact() -> None:
    thirds = of_paths([["a", "b", "c"]])
    assert [each.credit("linear").conversions for each in thirds.attributed] == [1 / 3] * 3


def test_paths_come_as_texts_lists_or_arrow_with_any_separator() -> None:
    whole = of_paths(["a > b", "b"], [2, 1])
    assert whole == of_paths([["a", "b"], ["b"]], [2, 1]) == of_paths(["a|b", "b"], [2, 1], separator="|")
    assert whole == of_paths(pa.chunked_array([["a>b"], ["b"]]), pa.array([2, 1]))
    assert whole == of_paths(["a>>b", " b "], [2, 1])


def test_costs_give_the_return() -> None:
    found = of_paths(["a > b", "b"], [1, 3], value=[10.0, 30.0], costs={"a": 2.5}, models=["linear"], currency="EUR")
    (credit,) = found.get("a").credits
    (money,) = credit.money
    assert (credit.conversions, money.value, money.cost) == (0.5, 5.0, 2.5)
    assert (money.cost_per_conversion, money.roas, money.currency) == (5.0, 2.0, "EUR")
    assert found.get("b").credits[0].money[0].roas is None


def test_paths_without_a_touch_are_nobodys() -> None:
    found = of_paths(["a", ""], [1, 2], value=[1.0, 8.0])
    assert found.conversions == 3
    assert [credit.conversions for credit in found.get(None).credits] == [2.0] * len(found.get(None).credits)
    assert found.get(None).credits[0].money[0].value == 8.0
    assert found.get("a").credit("markov").conversions == 1.0


def test_no_paths_and_no_conversions_are_empty_results() -> None:
    nothing = of_paths([], [])
    assert (nothing.conversions, nothing.probability, nothing.attributed) == (0, 0.0, [])
    none = of_paths(["a > b", "b"], [0, 0], nulls=[4, 1], markov_order=2)
    assert (none.conversions, none.ended, none.probability) == (0, 5, 0.0)
    assert {credit.conversions for each in none.attributed for credit in each.credits} == {0.0}
    assert [row["name"] for row in none.rows()][:1] == ["b"]


def test_one_path_of_direct_only() -> None:
    found = of_paths(["direct"], [1], direct=["direct"])
    assert {credit.conversions for credit in found.get("direct").credits} == {1.0}


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"conversions": [1, 2]}, UsageError, "There is 1 path, and 2"),
        ({"conversions": [0.5]}, UsageError, "whole numbers"),
        ({"conversions": [-1]}, UsageError, "whole numbers"),
        ({"value": [float("nan")]}, UsageError, "must be numbers"),
        ({"markov_order": 4}, UsageError, "1 to 3 touches"),
        ({"models": ["frist"]}, UnknownName, "first"),
        ({"models": ["custom"]}, UnknownName, "custom"),
        ({"models": ["time_decay"]}, UnknownName, "time_decay"),
        ({"weights": {"fist": 1}}, UnknownName, "first"),
        ({"weights": {"first": 0}}, UsageError, "above 0"),
        ({"weights": {"first": -1, "last": 2}}, UsageError, "above 0"),
        ({"direct": ["drect"]}, UnknownName, "direct"),
        ({"costs": {"ad": 3}}, UnknownName, "ads"),
    ],
)
def test_misuse_is_said(options, error, said: str) -> None:
    with pytest.raises(error, match=said):
        of_paths(["ads > direct"], **options)


def test_asking_for_what_there_is_not() -> None:
    found = of_paths(["ads > direct"], models=["linear"])
    with pytest.raises(UnknownName, match="ads"):
        found.get("asd")
    with pytest.raises(UnknownName, match="linear"):
        found.get("ads").credit("markov")
