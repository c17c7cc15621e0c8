"""Who was erased does not come back with a message that was on its way; who comes anew is somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from periplo.privacy import Erasures, Plan
from periplo.server import create_app
from periplo.workspace import Shop
from searching import found_in
from support_collect import basic, batch, events, track, verdicts

SECRETS = ["ana-9041", "ana.ruiz@example.com"]
WHO = {"userId": "ana-9041", "context": {"traits": {"email": "Ana.Ruiz@example.com"}}}
OF_MAIL = {"anonymousId": "phone-1", "context": {"traits": {"email": "ana.ruiz@EXAMPLE.com"}}}


def now(minutes: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def test_old_messages_of_who_was_erased_are_left_out_and_counted(folder: Path) -> None:
    with Shop.open(folder) as shop, Shop.open(folder) as other:
        headers = basic(shop.sources.add("web").write_key)
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:

            def send(*messages: Any, **more: Any) -> list[str]:
                return verdicts(client.post("/v1/batch", content=batch(*messages, **more), headers=headers))

            assert send(track(1, **WHO), track(2, userId="bea-7")) == ["accepted", "accepted"]
            shop.journeys()
            number = shop.customer_number("ana-9041")
            other.erase_person(number)
            late = [
                track(3, **WHO, timestamp=now(-5)),
                track(4, **OF_MAIL, timestamp=now(-5)),
                track(5, userId="bea-7", timestamp=now(-5)),
                track(6, **WHO, timestamp=now(600), sentAt=now(660)),  # a clock that is wrong by hours
                track(7, **WHO, timestamp="never"),
            ]
            assert send(*late) == ["dropped", "dropped", "accepted", "dropped", "dropped"]
            assert not shop.quarantine.count()
            assert not found_in(folder, SECRETS)
            assert [report.erased for report in shop.source_reports() if report.name == "web"] == [4]
            assert send(track(8, **WHO, timestamp=now(1))) == ["accepted"]
            shop.journeys()
            assert shop.customer_number("ana-9041") != number, "a new acquaintance"
            assert {one["event_id"] for one in events(shop)} >= {"m5", "m8"}


def test_nothing_slips_in_while_an_erasure_is_running(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        headers = basic(shop.sources.add("web").write_key)
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
            erasures = Erasures(shop.path / "privacy")
            texts = {"user_id": ["ana-9041"]}
            erasures.begin(Plan(erasure_id="e", begun=datetime.now(UTC), ids=[], texts=texts, rejects=[]))
            for message, verdict in ((track(1, **WHO), "dropped"), (track(2, timestamp=now()), "accepted")):
                sent = client.post("/v1/batch", content=batch(message), headers=headers)
                assert verdicts(sent) == [verdict]
            erasures.end()
            assert verdicts(client.post("/v1/batch", content=batch(track(1, **WHO)), headers=headers)) == ["accepted"]


def test_a_shop_may_take_them_back(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.sources.add("web")
        with (shop.path / "periplo.toml").open("a") as settings:
            settings.write("[privacy]\nrefuse_erased = false\n")
    with Shop.open(tmp_path / "shop") as shop:
        headers = basic(shop.sources.all()[0].write_key)
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
            client.post("/v1/batch", content=batch(track(1, **WHO)), headers=headers)
            shop.journeys()
            shop.erase_person(shop.customer_number("ana-9041"))
            assert verdicts(client.post("/v1/batch", content=batch(track(2, **WHO)), headers=headers)) == ["accepted"]
