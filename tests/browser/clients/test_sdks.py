"""Segment's and Jitsu's SDKs for pages, in real Chromium: only the host is another, and the journey arrives."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from periplo.workspace import Shop
from sdks import PUBLIC, Sdk, Step, journey
from serving import Served
from support_sdks import arrived_once, customer_of
from unreliable import Fault, Way, way

pytestmark = pytest.mark.browser

PLAY = """async steps => {
  const spans = [];
  for (const { call, ...message } of steps) {
    if (message.anonymousId) await analytics.setAnonymousId(message.anonymousId);
    const began = Date.now();
    await calls[call](message);
    while (Date.now() === began);
    spans.push([began, Date.now()]);
  }
  return spans;
}"""
SDKS = (
    Sdk("analytics_next", "segment.html", "Pacific/Auckland"),
    Sdk("jitsu_pages", "jitsu.html", "Pacific/Auckland", lacks=("screen", "alias"), retries=False, dates=False),
)


def opened(sdk: Sdk, page: Page, site: Any, shop: Shop, through: Way) -> None:
    """The page with the SDK on it, sending this way."""
    key = shop.sources.add(sdk.name, origins=[site.address]).write_key
    written = (Path(__file__).parent / sdk.program).read_text("utf-8")
    page.goto(site.write(sdk.program, written.replace("WRITE_KEY", key).replace(PUBLIC, through.address)))
    page.wait_for_function("typeof calls == 'object'")


def until_delivered(page: Page, steps: list[Step], through: Way) -> None:
    for _ in range(600):
        if len(through.delivered) == len(steps):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(through.delivered)} of {len(steps)} arrived; {through.happened}")


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_a_journey_arrives(sdk: Sdk, page: Page, site: Any, shop: Shop, server: Served) -> None:
    steps = journey(sdk)
    with way(server.port) as through:
        opened(sdk, page, site, shop, through)
        spans = page.evaluate(PLAY, steps)
        until_delivered(page, steps, through)
    assert {status for _, status in through.answers} <= {200, 204}, through.answers
    arrived_once(shop, sdk, steps, through)
    for event, step, (began, ended) in zip(customer_of(shop, sdk), steps, spans, strict=True):
        noted = event["original_at"].timestamp() * 1000
        assert "timestamp" in step or began <= noted <= ended
        assert "timestamp" not in step or event["original_at"] == datetime.fromisoformat(step["timestamp"])


def test_what_failed_comes_again_from_the_next_page(page: Page, site: Any, shop: Shop, server: Served) -> None:
    sdk = SDKS[0]._replace(name="analytics_next_again")
    faults: tuple[Fault, ...] = ("429", "cut")
    steps = journey(sdk)
    with way(server.port, faults) as through:
        opened(sdk, page, site, shop, through)
        page.evaluate(PLAY, steps)
        page.reload()
        until_delivered(page, steps, through)
    assert {*through.happened} == {*faults}
    # Each event went alone and is dated by its own way, which is longer than the time between two of them
    arrived_once(shop, sdk, steps, through, by="original_at")
