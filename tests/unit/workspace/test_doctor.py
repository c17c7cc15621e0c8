"""The doctor looks at every part and says what to do, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from periplo.events.model import Event
from periplo.language.catalogue import spanish
from periplo.maps import MapDefinition
from periplo.workspace import Shop, doctor
from periplo.workspace.lock import Lock
from support_events import event


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop.open(tmp_path / "shop", create=True)
    shop.record([event(str(n), user_id=f"u{n % 3}", minute=n) for n in range(20)])
    shop.journeys()
    shop.archive()
    return shop


def wrong(shop: Shop) -> dict[str, str]:
    """What is not as it should be: part -> level."""
    found = Shop.open(shop.path, repair=False).doctor()
    assert all(finding.tell("en") and finding.tell("es") for finding in found)
    return {finding.part: finding.level for finding in found if finding.level != "ok"}


def test_a_healthy_shop(shop: Shop) -> None:
    assert wrong(shop) == {}
    told = [finding.tell("es") for finding in shop.doctor()]
    assert "Archivo histórico: 20 eventos en 1 fichero." in told


def test_nothing_is_changed(shop: Shop) -> None:
    files = {file: file.read_bytes() for file in shop.path.rglob("*") if file.is_file() and "-shm" not in file.name}
    shop.doctor()
    assert {file: file.read_bytes() for file in files} == files


def test_a_missing_file_of_the_archive(shop: Shop) -> None:
    next((shop.path / "lake" / "events").glob("*.parquet")).unlink()
    assert wrong(shop)["lake"] == "error"


def test_an_archive_that_is_gone(shop: Shop) -> None:
    for file in (shop.path / "lake" / "events" / "_delta_log").iterdir():
        file.unlink()
    assert wrong(shop)["lake"] == "error"


@pytest.mark.parametrize("name", ["log.db", "state.db"])
def test_a_damaged_database(shop: Shop, name: str) -> None:
    shop.close()
    (shop.path / name).write_bytes(b"no database" * 1000)
    assert "error" in wrong(shop).values()


def test_state_of_another_moment(shop: Shop, tmp_path: Path) -> None:
    shop.close()
    (shop.path / "log.db").unlink()
    assert wrong(shop)["identity"] == "error"


def test_events_that_identity_has_not_read(shop: Shop) -> None:
    shop.record([event("new", user_id="u9")])
    assert wrong(shop) == {"identity": "warning"}


def test_a_killed_import(shop: Shop) -> None:
    killed = shop._stores.log.reserve(5, "killed")
    killed.__enter__()
    assert wrong(shop) == {"log": "warning"}
    Shop.open(shop.path).journeys()
    assert wrong(shop) == {}
    killed.__exit__(None, None, None)


def test_an_import_that_runs_is_left_alone(shop: Shop) -> None:
    with Lock(shop.path / ".lock").hold(0), shop._stores.log.reserve(5, "running"):
        assert wrong(Shop.open(shop.path)) == {"log": "warning"}


def test_a_damaged_cache(shop: Shop) -> None:
    (shop.path / "cache" / "journeys.json").write_text("{")
    assert wrong(shop) == {"cache": "warning"}


def test_a_full_quarantine(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MANY_REJECTS", -1)
    assert wrong(shop) == {"quarantine": "warning"}


def test_orders_that_two_sources_tell_of(shop: Shop) -> None:
    def order(number: int, source: str, **told: Any) -> Event:
        return replace(
            event(f"{source}{number}", "Order Completed", minute=number, source=source), currency="EUR", **told
        )

    named = '{"order_name": "#1001"}'
    shop.record([order(1, "web", order_id="1001", revenue_minor=500), order(2, "web", order_id="7", revenue_minor=1)])
    shop.record([order(1, "till", order_id="1001", revenue_minor=800)])
    assert "orders" not in wrong(shop), "tills have numbers of their own"
    shop.record([order(1, "shopify", order_id="6123", revenue_minor=500, properties=named)])
    shop.record([order(2, "erp", order_id="7", revenue_minor=1)])
    told = [finding.values for finding in shop.doctor() if finding.part == "orders"]
    assert told == [{"n": 1, "sources": "erp, web"}, {"n": 1, "sources": "shopify, web"}]


def test_maps_and_segments_that_cannot_be_read(shop: Shop) -> None:
    (shop.path / "maps").mkdir()
    (shop.path / "maps" / "ours.journey.yaml").write_text("stages: nothing", "utf-8")
    assert wrong(shop) == {"maps": "error"}
    (shop.path / "segments.yaml").write_text("a: {where: {}}", "utf-8")
    assert wrong(shop) == {"maps": "error", "segments": "error"}


def test_what_segments_and_maps_name_that_nobody_has_seen(shop: Shop) -> None:
    shop.record([event("own", "Gift Wrapped")])
    segments = "old: {where: Gift Wraped}\nboth: {where: {any: [Gift Wrapped, {segment: old}, Order Shipped]}}\n"
    (shop.path / "segments.yaml").write_text(segments, "utf-8")
    retail = MapDefinition.load("retail").text.replace("did: Order Completed", "did: Zzz")
    (shop.path / "maps").mkdir()
    (shop.path / "maps" / "ours.journey.yaml").write_text(retail, "utf-8")
    told = [one.tell("es") for one in shop.doctor() if one.level == "warning" and one.part in ("segments", "maps")]
    assert told[0] == (
        "old nombra un evento que nadie ha visto: «Gift Wraped». ¿Quería decir «Gift Wrapped»? "
        "Si aún está por llegar, no hay nada que hacer."
    )
    nobody = "nombra un evento que nadie ha visto: «Zzz». Si aún está por llegar, no hay nada que hacer."
    assert told[1:] == [f"ours: {stage} {nobody}" for stage in ("purchase", "loyalty")]


def test_every_finding_has_its_spanish() -> None:
    tree = ast.parse(Path(doctor.__file__).read_text("utf-8"))
    texts = [
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("what", "fix") and isinstance(node.value, ast.Constant)
    ]
    assert [text for text in texts if text and text not in spanish()] == []


def test_a_torn_commit_of_the_archive_is_told_without_a_backtrace(shop: Shop) -> None:
    newest = sorted((shop.path / "lake" / "events" / "_delta_log").glob("*.json"))[-1]
    newest.write_bytes(newest.read_bytes()[:50])
    told = " ".join(finding.tell("en") for finding in Shop.open(shop.path, repair=False).doctor())
    assert "The archive of events" in told
    assert "<unknown>" not in told
