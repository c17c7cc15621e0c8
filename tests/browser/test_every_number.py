"""Law 5 in a real browser: every counted number on the page of a shop opens the customers behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from periplo.simulator import simulate
from periplo.workspace import Shop
from serving import OpenPage, Served, served

pytestmark = pytest.mark.browser

COUNTED = """() => [...document.querySelectorAll("#frame [data-lane] text")]
    .filter(text => /[0-9]/.test(text.textContent) && !text.closest("a[data-ref]"))
    .map(text => [text.closest("[data-lane]").dataset.lane, text.textContent])"""
LINKS = """() => [...document.querySelectorAll("#part a[data-ref]")]
    .map(link => [link.dataset.ref, link.getAttribute("href"), link.textContent])"""


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A simulated shop with a few hundred customers, served."""
    folder = tmp_path_factory.mktemp("invented")
    events = simulate(300, 60, 5, folder / "simulated")
    with Shop.create(folder / "shop", settings_file=events.settings) as shop:
        shop.import_files([str(events.file)], preset="segment")
    with served(Path(folder / "shop")) as server:
        yield server


@pytest.mark.parametrize("query", ["", "?period=30d&channel=web", "?segment=buyers&map=travel"])
def test_every_counted_number_opens_its_customers(invented: Served, open_page: OpenPage, query: str) -> None:
    page = open_page(f"{invented.address}/{query}")
    expect(page.locator("#pulse")).to_have_attribute("data-state", "live")
    links = {ref: (address, text) for ref, address, text in page.evaluate(LINKS)}
    with httpx.Client(base_url=invented.address, timeout=60) as client:
        the_map = client.get(f"/api/v1/map{query}").json()["map"]
        by_people = {lane["id"] for lane in the_map["lanes"] if lane["drawn"] in ("notes", "curve")}
        assert [found for found in page.evaluate(COUNTED) if found[0] not in by_people] == []
        counts = customers_counted(the_map)
        assert set(counts) <= set(links)
        assert any("/other/" in ref for ref in links)
        for ref, (address, text) in links.items():
            listed = client.get(address, headers={"accept-language": "en"})
            total = int(listed.text.partition("<h1>")[2].partition(" ")[0].replace(",", ""))
            assert listed.status_code == 200
            assert total == counts.get(ref, total), (ref, text)
            assert total > 0 or counts.get(ref) == 0, (ref, text)


def customers_counted(the_map: dict[str, Any]) -> dict[str, float]:
    """By reference, the numbers of the map that are numbers of customers."""
    found = {"evidence/customers": the_map["evidence"]["customers"]}
    for stage in the_map["stages"]:
        for what in ("customers", "entered", "went_on", "dropped", "still_open"):
            found[f"stage/{stage['id']}/{what}"] = stage[what]
    for lane in the_map["lanes"]:
        for cell in lane["cells"]:
            found |= {item["ref"]: item["value"] for item in cell.get("items", ()) if item["unit"] == "customers"}
    return found
