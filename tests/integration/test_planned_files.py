"""Files held against the tracking plan: what it keeps back lies in quarantine with its row, and goes in mended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from periplo.workspace import Shop
from support_shop import message, write_messages

PLAN = """
events:
  Product Viewed: {properties: {margin: {type: number}}}
  Order Completed: {properties: {store: {enum: [Soria, Lugo]}}}
"""
ROWS = "visit,when,margin,product\nv1,2026-05-01,3.5,p1\nv2,2026-05-02,much,p2\nv3,2026-05-03,4,\n"
MAPPING = """
source: till
event: Product Viewed
time: {column: when, format: iso}
id: visit
fields: {anonymous_id: visit, product_id: product}
properties: {margin: {column: margin}}
"""
LINES = "order,when,who,ref,units,price,store\no1,2026-05-01,u1,p1,1,5,Soria\no2,2026-05-02,u2,p1,1,5,Vigo\n"
LINES += "o2,2026-05-02,u2,p2,2,3,Vigo\n"
OF_LINES = """
source: till
event: Order Completed
time: {column: when, format: iso}
fields: {user_id: who}
properties: {store: store}
lines:
  order: order
  quantity: units
  price: price
  products: {product_id: ref}
"""


def shop_in(folder: Path, mode: str) -> Shop:
    shop = folder / "shop"
    (shop / "plan").mkdir(parents=True)
    (shop / "plan" / "ours.yaml").write_text(PLAN)
    (shop / "periplo.toml").write_text(f'name = "x"\n[plan]\nmode = "{mode}"\n')
    return Shop.open(shop)


def ids(shop: Shop) -> list[str]:
    return sorted(shop._stores.lake.now().scan(["event_id"]).read_all()["event_id"].to_pylist())


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_messages_of_a_file_are_kept_back_whole_and_go_in_mended(tmp_path: Path) -> None:
    rows = [message(1), message(2, properties={"color": "red"}), message(3, event="Product Reviewed"), message(4)]
    file = write_messages(tmp_path / "m.jsonl", rows)
    with shop_in(tmp_path, "quarantine") as shop:
        tried = shop.import_files([file], dry_run=True)
        assert [(one.rule, one.where, one.count) for one in tried.not_planned] == [
            ("plan_lacks", "Product Viewed: properties.product_id", 1)
        ]
        report = shop.import_files([file])
        assert (report.read, report.accepted, report.rejected, report.not_planned) == (4, 3, 1, tried.not_planned)
        [row] = shop.quarantine.list()
        assert (row.file, row.line, row.field, row.rule) == ("m.jsonl", 2, "properties.product_id", "plan_lacks")
        assert '"color": "red"' in row.raw
        assert "product_id" in row.tell("en")
        assert shop.replay_quarantine().rejected == 1
        shop.mend(row.reject_id, text=row.raw.replace('"color"', '"product_id": "p", "color"'))
        assert shop.replay_quarantine().accepted == 1
        assert ids(shop) == ["m1", "m2", "m3", "m4"]
        assert shop.import_files([file]).duplicates == 3


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_what_is_only_counted_comes_in(tmp_path: Path, mode: str) -> None:
    file = write_messages(tmp_path / "m.jsonl", [message(1), message(2, properties={})])
    with shop_in(tmp_path, mode) as shop:
        for accepted in (2, 0):
            report = shop.import_files([file])
            assert (report.accepted, report.rejected, len(report.not_planned)) == (accepted, 0, int(mode == "warn"))
        counted = shop._stores.tallies.since(datetime.now(UTC).date())
        assert sum(one.count for one in counted) == int(mode == "warn")
        [source] = shop.source_reports()
        assert [one.where for one in source.not_planned] == ["Product Viewed: properties.product_id"] * len(counted)


def test_rows_of_a_mapped_file(tmp_path: Path) -> None:
    file, mapping = written(tmp_path, "till.csv", ROWS), written(tmp_path, "till.yaml", MAPPING)
    with shop_in(tmp_path, "quarantine") as shop:
        report = shop.import_files([file], mapping=mapping)
        assert (report.read, report.accepted, report.rejected) == (3, 0, 3), "the margin is a text for this mapping"
        better = written(tmp_path, "better.yaml", MAPPING.replace("column: margin", "column: margin, kind: number"))
        assert shop.replay_quarantine(mapping=better).accepted == 1
        waiting = {row.line: (row.field, row.raw) for row in shop.quarantine.list()}
        assert waiting[3] == ("properties.margin", "v2,2026-05-02,much,p2")
        assert waiting[4] == ("properties.product_id", "v3,2026-05-03,4,")


def test_an_order_of_lines_is_kept_back_with_all_its_lines(tmp_path: Path) -> None:
    file, mapping = written(tmp_path, "till.csv", LINES), written(tmp_path, "till.yaml", OF_LINES)
    with shop_in(tmp_path, "quarantine") as shop:
        report = shop.import_files([file], mapping=mapping)
        assert (report.read, report.accepted, report.rejected) == (3, 1, 2)
        rows = shop.quarantine.list()
        assert [(row.line, row.raw) for row in rows] == [(3, LINES.splitlines()[2]), (4, LINES.splitlines()[3])]
        mended = {row.reject_id: row.raw.replace("Vigo", "Lugo") for row in rows}
        assert shop.replay_quarantine(mended=mended).accepted == 2
        assert ids(shop) == ["o1", "o2"]
        revenue = shop._stores.lake.now().scan(["revenue_minor"]).read_all()["revenue_minor"].to_pylist()
        assert sorted(revenue) == [500, 1100]
