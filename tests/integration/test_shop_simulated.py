"""A simulated shop, imported: every message accounted for, and the truth about who is who recovered."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from periplo.simulator import simulate
from periplo.workspace import ImportReport, Shop

CUSTOMERS = 500


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(CUSTOMERS, 60, 3, folder / "truth")
    return folder


@pytest.fixture(scope="module")
def shop(made: Path) -> Iterator[Shop]:
    with Shop.create(made / "shop", settings_file=made / "truth" / "shop.toml") as opened:
        yield opened


@pytest.fixture(scope="module")
def report(made: Path, shop: Shop) -> ImportReport:
    return shop.import_files([made / "truth" / "events.jsonl.zst"])


def test_every_message_is_accounted_for(made: Path, shop: Shop, report: ImportReport) -> None:
    truth = json.loads((made / "truth" / "truth.json").read_text("utf-8"))
    assert (report.read, report.accepted) == (truth["messages"], truth["distinct"])
    assert (report.duplicates, report.rejected) == (truth["duplicates"], 0)
    assert shop.settings.simulated
    columns = shop.journeys().columns
    for name, count in truth["events"].items():
        assert (columns.event == columns.code(name)).sum() == count


def test_who_is_who_is_recovered(made: Path, shop: Shop, report: ImportReport) -> None:
    """No customer of the shop is two people, but for devices that people share without signing in."""
    people: dict[int, set[int]] = defaultdict(set)
    split: dict[int, set[int]] = defaultdict(set)
    for row in pq.read_table(made / "truth" / "truth_customers.parquet").to_pylist():
        if row["kind"] in ("user_id", "email", "phone", "loyalty_card") and not row["shared"]:
            found = shop.customer_number(row["value"])
            people[found].add(row["customer"])
            split[row["customer"]].add(found)
    mixed = [found for found, who in people.items() if len(who) > 1]
    assert len(mixed) <= 0.002 * len(people)
    whole = sum(len(found) == 1 for found in split.values())
    assert whole >= 0.85 * len(split)  # the others never gave two identifiers at once
    assert report.customers >= len(people)
