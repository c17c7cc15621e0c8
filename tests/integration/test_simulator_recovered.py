"""The product, reading a simulated export, finds the truth again: who is who, and who was when in which stage."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from periplo.analysis import Journeys
from periplo.events.identifiers import normalise, normalise_column
from periplo.identity import COLUMNS, Identity, Rules, open_state
from periplo.predicates import evaluate
from periplo.simulator import simulate
from periplo.vocabulary import taxonomy
from periplo.workspace import Shop

ORDER = "order_id"
TRAITS = ("loyalty_card", "email", "phone")
Key = tuple[str, str]


@dataclass(frozen=True)
class Recovered:
    """A shop made of a simulated export, with the truth beside it.

    ``owners``: the true customers of each identifier. ``found``: the customer the product gives it. ``sharing``: true
    customers who use a device that others use too.
    """

    shop: Shop
    folder: Path
    owners: dict[Key, set[int]]
    found: dict[Key, int]
    sharing: set[int]

    @property
    def truth(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.folder / "truth.json").read_text("utf-8"))
        return told

    def alone(self) -> dict[Key, int]:
        """The identifiers of customers who share no device, with their true customer."""
        return {key: next(iter(who)) for key, who in self.owners.items() if not who & self.sharing}


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recovered]:
    folder = tmp_path_factory.mktemp("simulated")
    report = simulate(1_200, 75, 21, folder)
    owners: dict[Key, set[int]] = defaultdict(set)
    for row in pq.read_table(folder / "truth_customers.parquet").to_pylist():
        owners[row["kind"], row["value"]].add(row["customer"])
    with Shop.create(folder / "shop", settings_file=report.settings) as shop:
        shop.import_files([report.file], preset="segment")
        sharing = {customer for who in owners.values() if len(who) > 1 for customer in who}
        yield Recovered(shop, folder, owners, found_in(shop, list(owners)), sharing)


def found_in(shop: Shop, keys: list[Key]) -> dict[Key, int]:
    rules = Rules.of(taxonomy().identifiers)
    normal = lambda kind, column: normalise_column(kind, column, "ES")  # noqa: E731
    identity = Identity(open_state(shop.path / "state.db"), rules, normal)
    columns = {name: [value if kind == name else None for kind, value in keys] for name in COLUMNS}
    columns["source"] = ["segment"] * len(keys)
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return dict(zip(keys, identity.customers_of(table).tolist(), strict=True))


@pytest.fixture(scope="module")
def carried(recovered: Recovered) -> set[frozenset[Key]]:
    """The distinct sets of identifiers that messages carry."""
    given: set[tuple[Key, ...]] = set()
    with zstandard.open(recovered.folder / "events.jsonl.zst", "rt", encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            told = message["context"].get("traits", {}) | message.get("traits", {})
            mine = {kind: told.get(kind) for kind in TRAITS} | {ORDER: message.get("properties", {}).get(ORDER)}
            mine |= {"user_id": message.get("userId"), "anonymous_id": message.get("anonymousId")}
            given.add(tuple(mine.items()))
    normal = ({(kind, normalise(kind, value, "ES")) for kind, value in keys if value} for keys in given)
    return {frozenset((kind, value) for kind, value in keys if value) for keys in normal}


def linkable(carried: set[frozenset[Key]]) -> dict[Key, Key]:
    """Each identifier of a person with the representative of those it meets in some message, directly or not."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for keys in carried:
        for one, other in pairwise(sorted(key for key in keys if key[0] != ORDER)):
            parent[root(one)] = root(other)
    return {key: root(key) for keys in carried for key in keys if key[0] != ORDER}


def test_all_rows_are_accepted_but_the_copies(recovered: Recovered) -> None:
    again = recovered.shop.import_files([str(recovered.folder / "events.jsonl.zst")], preset="segment")
    truth = recovered.truth
    assert (again.read, again.duplicates, again.rejected) == (truth["messages"], truth["messages"], 0)
    assert again.events == truth["distinct"]


def test_no_two_customers_are_taken_for_one(recovered: Recovered) -> None:
    """Precision 1: customers who share no device are never joined with anybody."""
    together: dict[int, set[int]] = defaultdict(set)
    for key, customer in recovered.alone().items():
        together[recovered.found[key]].add(customer)
    assert len(together) > 1_000
    assert 0 not in together
    assert all(len(customers) == 1 for customers in together.values())
    joined = set(together) & {recovered.found[key] for key, who in recovered.owners.items() if who & recovered.sharing}
    assert not joined


def test_all_that_can_be_linked_is_linked(recovered: Recovered, carried: set[frozenset[Key]]) -> None:
    """Recall 1: identifiers of one customer that messages link, directly or through others, are one customer."""
    groups, alone = linkable(carried), recovered.alone()
    found: dict[Key, set[int]] = defaultdict(set)
    for key in alone:
        if key[0] != ORDER:
            found[groups[key]].add(recovered.found[key])
    assert all(len(customers) == 1 for customers in found.values())
    linked = Counter(groups[key] for key in alone if key[0] != ORDER)
    assert sum(count > 2 for count in linked.values()) > 150


def test_an_order_belongs_to_somebody_it_was_told_with(recovered: Recovered, carried: set[frozenset[Key]]) -> None:
    told: dict[Key, set[int]] = defaultdict(set)
    for keys in carried:
        for order in (key for key in keys if key[0] == ORDER):
            told[order] |= {recovered.found[key] for key in keys if key[0] != ORDER}
    columns = recovered.shop.journeys().columns
    anonymous = set(columns.customer[~columns.person].tolist())
    assert anonymous == {recovered.found[order] for order, whose in told.items() if not whose}
    assert all(recovered.found[order] in whose for order, whose in told.items() if whose)
    assert len(anonymous) > 10


def test_shared_devices_join_few_customers_wrongly(recovered: Recovered) -> None:
    accounts: dict[int, int] = defaultdict(int)
    for (kind, _), customer in recovered.found.items():
        accounts[customer] += kind == "user_id"
    assert max(accounts.values()) == 1


def whole(recovered: Recovered) -> dict[int, int]:
    """Customers of the product that are exactly one true customer: all of whose identifiers are linked."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for key, customer in recovered.alone().items():
        numbers[customer].add(recovered.found[key])
    return {min(found): customer for customer, found in numbers.items() if len(found) == 1}


def test_entering_times_are_those_of_the_truth(recovered: Recovered) -> None:
    """Stage by stage and cycle by cycle, by the stages of the default map, to the microsecond."""
    same, columns = whole(recovered), recovered.shop.journeys().columns
    columns = columns.keep_customers(np.isin(columns.customer, list(same)))
    stage = np.full(columns.events, -1)
    stages_of_map = recovered.shop.map_definition().stages
    for number, (_, where) in reversed(list(enumerate(stages_of_map))):
        stage[evaluate(where, columns)] = number
    ordered = columns.event == columns.code("Order Completed")
    told = set()
    for place, number in enumerate(columns.customer.tolist()):
        rows = range(columns.offsets[place], columns.offsets[place + 1])
        events = [(int(stage[row]), bool(ordered[row]), int(columns.time_us[row])) for row in rows if stage[row] >= 0]
        told |= {(same[number], cycle, stages_of_map[of][0], at) for cycle, of, at in entered(events)}
    stages = pq.read_table(recovered.folder / "truth_stages.parquet")
    at = stages["entered_at"].cast(pa.int64()).to_pylist()
    rows = zip(*(stages[name].to_pylist() for name in ("customer", "cycle", "stage")), at, strict=True)
    truth = {row for row in rows if row[0] in set(same.values())}
    assert len(truth) > 1_000
    assert told == truth


def entered(events: list[tuple[int, bool, int]]) -> list[tuple[int, int, int]]:
    """(cycle, stage, first instant) of events (stage, is an order, instant)."""
    found: dict[tuple[int, int], int] = {}
    cycle, after_order = 0, False
    for stage, is_order, at in events:
        if after_order and (is_order or stage <= 2):
            cycle, after_order = cycle + 1, False
        after_order = after_order or is_order
        found.setdefault((cycle, stage), at)
    return [(cycle, stage, at) for (cycle, stage), at in found.items()]


def test_stage_flow_counts_the_true_customers(recovered: Recovered) -> None:
    face = recovered.shop.journeys()
    columns = face.columns
    same = {number: who for number, who in whole(recovered).items() if number in set(columns.customer[columns.person])}
    kept = columns.keep_customers(np.isin(columns.customer, list(same)))
    stages_of_map = recovered.shop.map_definition().stages
    flow = Journeys(kept, zone=face.zone).stages(stages_of_map)
    stages = pq.read_table(recovered.folder / "truth_stages.parquet").to_pylist()
    for name, _ in stages_of_map:
        true = {row["customer"] for row in stages if row["stage"] == name} & set(same.values())
        assert flow.stage(name).entered == len(true)


def test_orders_and_revenue_are_the_true_ones(recovered: Recovered) -> None:
    kpis = recovered.shop.journeys().kpis()
    assert kpis.get("orders").value == recovered.truth["orders"]
    assert kpis.get("revenue").value == recovered.truth["revenue_minor"]
