"""The SDKs for pages, in real Chromium: only the host is another, and the journey arrives."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from periplo.workspace import Shop
from sdks import PUBLIC, Sdk, Step, journey
from serving import Served
from support_sdks import arrived_once
from unreliable import Fault, Way, way

pytestmark = pytest.mark.browser

PLAY = """async steps => {
  const spans = [];
  for (const { call, ...message } of steps) {
    if (message.anonymousId) await calls.device?.(message.anonymousId);
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
    Sdk("rudder_pages", "rudder.html", "Pacific/Auckland", lacks=("screen",), waits=False),
)
POSTHOG = Sdk(
    "posthog_pages", "posthog.html", "Pacific/Auckland", lacks=("page", "screen", "alias"), dates=False, waits=False
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
    customer = arrived_once(shop, sdk, steps, through)
    for event, step, (began, ended) in zip(customer, steps, spans, strict=True):
        noted = event["original_at"].timestamp() * 1000
        assert "timestamp" in step or began <= noted <= ended
        assert "timestamp" not in step or event["original_at"] == datetime.fromisoformat(step["timestamp"])


def test_what_failed_comes_again_from_the_next_page(page: Page, site: Any, shop: Shop, server: Served) -> None:
    sdk = SDKS[0]._replace(name="analytics_next_again", waits=False)
    faults: tuple[Fault, ...] = ("429", "cut")
    steps = journey(sdk)
    with way(server.port, faults) as through:
        opened(sdk, page, site, shop, through)
        page.evaluate(PLAY, steps)
        page.reload()
        until_delivered(page, steps, through)
    assert {*through.happened} == {*faults}
    arrived_once(shop, sdk, steps, through)


def test_posthog_counts_the_page_by_itself(page: Page, site: Any, shop: Shop, server: Served) -> None:
    with way(server.port) as through:
        opened(POSTHOG, page, site, shop, through)
        viewed: Step = {"call": "page", "properties": {"title": "Faro"}, "anonymousId": page.evaluate("device()")}
        until_delivered(page, [viewed], through)
        steps = journey(POSTHOG)
        page.evaluate(PLAY, steps)
        until_delivered(page, [viewed, *steps], through)
    assert {status for _, status in through.answers} <= {200, 204}, through.answers
    here = [step | {"anonymousId": viewed["anonymousId"]} for step in steps]
    arrived_once(shop, POSTHOG, [viewed, *here], through)
