"""``periplo quarantine`` and ``periplo sources``, typed: what is wrong is seen, mended, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from periplo.cli.main import app
from periplo.errors import UsageError
from periplo.workspace import Shop
from support_collect import Client, track
from support_plan import planned

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with planned(tmp_path) as opened:
        yield opened


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [*map(str, words)])
    if done.exception:
        raise done.exception
    return done.output


def told(*words: object) -> Any:
    return json.loads(run(*words, "--json"))


def test_a_message_is_mended_and_read_again(shop: Shop, client: Client, tmp_path: Path) -> None:
    key = next(one.write_key for one in shop.sources.all() if one.name == "web")
    client.post("/v1/t", json=track(1, event="", writeKey=key))
    client.post("/v1/t", content=b"\xff{", params={"writeKey": key})
    [row] = told("quarantine", "list", tmp_path, "--source", "web", "--rule", "no_event_name")["rows"]
    assert row["field"] == "event"
    mended = told("quarantine", "mend", tmp_path, row["reject_id"], "--set", "event=Product Viewed")
    assert json.loads(mended["mended"])["event"] == "Product Viewed"
    assert told("quarantine", "replay", tmp_path, "--id", row["reject_id"])["accepted"] == 1
    assert "Product Viewed" not in run("quarantine", "show", tmp_path, row["reject_id"])
    [broken] = told("quarantine", "list", tmp_path)["rows"]
    whole = tmp_path / "whole.json"
    whole.write_text(json.dumps(track(2)) + "\n", "utf-8")
    assert "m2" in run("quarantine", "mend", tmp_path, broken["reject_id"], "--file", whole)
    assert told("quarantine", "replay", tmp_path)["rejected"] == 0
    for wrong in ([], ["--set", "event"], ["--set", "a=1", "--file", whole]):
        with pytest.raises(UsageError):
            run("quarantine", "mend", tmp_path, broken["reject_id"], *wrong)


def test_sources_are_reported(shop: Shop, client: Client, tmp_path: Path) -> None:
    key = next(one.write_key for one in shop.sources.all() if one.name == "web")
    for number, changes in enumerate(({"event": "Product Vewed"}, {"event": ""}, {"properties": {}})):
        client.post("/v1/t", json=track(number, writeKey=key, **changes))
    web = next(one for one in told("sources", "report", tmp_path)["sources"] if one["name"] == "web")
    assert (web["today"], [one["name"] for one in web["unknown"]]) == (2, ["Product Vewed"])
    text = run("sources", "report", tmp_path)
    assert all(part in text for part in ("Product Vewed", "Product Viewed", "no_event_name", "plan_lacks"))


def test_connectors_are_listed(shop: Shop, tmp_path: Path) -> None:
    with (tmp_path / "periplo.toml").open("a", encoding="utf-8") as file:
        file.write('[connectors.woo]\nkind = "woocommerce"\nsecret = "env:NO_SUCH_SECRET"\n')
    expected = {"name": "woo", "kind": "woocommerce", "address": "/v1/webhooks/woo", "secret": False}
    assert told("sources", "connectors", tmp_path) == {"connectors": [expected]}
    assert "/v1/webhooks/woo" in run("sources", "connectors", tmp_path)
