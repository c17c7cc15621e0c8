"""How large a request may be: as with Segment on its paths unless the shop says more; too much is in sight."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar.testing import TestClient
from typer.testing import CliRunner

from periplo.cli.main import app
from periplo.collect import MOST_BYTES, USUAL_KB
from periplo.server import create_app
from periplo.workspace import Shop
from serving import measured
from support_collect import Client, basic, batch, track, verdicts

Pack = Callable[[bytes], bytes]
ROOM = USUAL_KB * 1024
PACKS = pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])


def large(size: int) -> bytes:
    """A batch of one event with so many bytes."""
    whole = batch(track(1))
    return whole[:-1] + b" " * (size - len(whole)) + b"}"


@contextmanager
def told(folder: Path, settings: str) -> Iterator[tuple[Shop, Client, dict[str, str]]]:
    """A served shop with settings, and the headers of its one source."""
    folder.mkdir()
    (folder / "periplo.toml").write_text(settings, "utf-8")
    with Shop.open(folder) as shop:
        key = shop.sources.add("web").write_key
        with TestClient(create_app(shop), base_url="http://127.0.0.1") as client:
            yield shop, client, basic(key)


@PACKS
def test_segments_paths_take_500_kb(client: Client, key: str, pack: Pack) -> None:
    for path in ("/v1/batch", "/v1/b", "/v1/import", "/beacon/v1/batch"):
        assert client.post(path, content=pack(large(ROOM)), headers=basic(key)).status_code == 200
        refused = client.post(path, content=pack(large(ROOM + 1)), headers=basic(key))
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        for said in ("500 KB", "smaller batches", "most_request_kb", "4096"):
            assert said in refused.json()["message"]
    assert client.post("/v1/track", content=pack(b" " * (ROOM + 1)), headers=basic(key)).status_code == 413


@PACKS
def test_a_shop_may_take_more(tmp_path: Path, pack: Pack) -> None:
    with told(tmp_path / "roomy", "[collect]\nmost_request_kb = 4096\n") as (_, client, key):
        assert verdicts(client.post("/v1/batch", content=pack(large(MOST_BYTES)), headers=key)) == ["accepted"]
        refused = client.post("/v1/batch", content=pack(large(MOST_BYTES + 1)), headers=key)
    assert refused.status_code == 413
    assert "most_request_kb" not in refused.json()["message"]  # there is no more to set


@PACKS
def test_other_paths_take_4_mb_as_they_are(client: Client, key: str, pack: Pack) -> None:
    event = {"event": "seen", "distinct_id": "u1", "properties": {"long": "x" * 30_000}}
    body = json.dumps({"api_key": key, "batch": [event | {"uuid": f"m{n}"} for n in range(100)]}).encode()
    assert 3_000_000 < len(body) < MOST_BYTES
    assert verdicts(client.post("/batch/", content=pack(body))) == ["accepted"] * 100
    jitsu = {"X-Write-Key": f"{key}:x"}
    assert client.post("/api/s/batch", content=pack(large(MOST_BYTES)), headers=jitsu).status_code == 200
    for path in ("/batch/", "/api/s/batch"):
        assert client.post(path, content=pack(large(MOST_BYTES + 1)), headers=jitsu).status_code == 413


def test_what_was_too_large_is_in_sight(tmp_path: Path) -> None:
    with told(tmp_path / "shop", "[collect]\nmost_request_kb = 600\n") as (shop, client, key):
        for path in ("/v1/batch", "/v1/track", "/e/"):
            assert client.post(path, content=b" " * (MOST_BYTES + 1), headers=key).status_code == 413
        assert client.post("/v1/batch", content=b" " * (MOST_BYTES + 1)).status_code == 413  # nobody knows whose
        [one] = client.get("/api/v1/sources").json()["sources"]
        assert one["oversize"] == [{"kilobytes": 600, "count": 2}, {"kilobytes": 4096, "count": 1}]
        assert measured(client.get("/metrics").text)["periplo_collect_refused_total", "too_large"] == 4
        page = client.get("/sources", headers={"Accept-Language": "es"}).text
        assert "Peticiones rechazadas, de más de 600 KB" in page
        assert page.count("most_request_kb") == 1
        said = " ".join(CliRunner().invoke(app, ["sources", "report", str(shop.path)]).output.split())
    assert "web: requests refused, larger than 600 KB · 2. Send the events in smaller batches, or set [collect]" in said
    assert "web: requests refused, larger than 4,096 KB · 1. Send the events in smaller batches." in said
