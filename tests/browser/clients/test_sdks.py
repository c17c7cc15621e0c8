"""Segment's and Jitsu's SDKs for pages, in real Chromium: only the host is another, and the journey arrives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from periplo.workspace import Shop
from sdks import Sdk, Step, journey
from serving import Served
from support_sdks import arrived_once, customer_of
from unreliable import Fault, Way, way

pytestmark = pytest.mark.browser

SEGMENT = """<script src=/analytics-next.js></script><script>
const analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: "WRITE_KEY", cdnURL: "https://data.shop.example" });
const calls = {
  page: ({ properties }) => analytics.page(properties),
  screen: ({ name, properties }) => analytics.screen(name, properties),
  track: ({ event, properties, timestamp }) => analytics.track(event, properties, { timestamp }),
  identify: ({ userId, traits }) => analytics.identify(userId, traits),
  group: ({ groupId, traits }) => analytics.group(groupId, traits),
  alias: ({ userId, previousId }) => analytics.alias(userId, previousId),
};
</script>"""
JITSU = """<script type=module>
import { jitsuAnalytics } from "/jitsu.js";
window.analytics = jitsuAnalytics({ host: "https://data.shop.example", writeKey: "WRITE_KEY:x" });
window.calls = {
  page: ({ properties }) => analytics.page(properties),
  track: ({ event, properties }) => analytics.track(event, properties),
  identify: ({ userId, traits }) => analytics.identify(userId, traits),
  group: ({ groupId, traits }) => analytics.group(groupId, traits),
};
</script>"""
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
    Sdk("analytics_next", SEGMENT, "Pacific/Auckland"),
    Sdk("jitsu_pages", JITSU, "Pacific/Auckland", lacks=("screen", "alias"), retries=False, dates=False),
)


def opened(sdk: Sdk, page: Page, site: Any, shop: Shop, through: Way) -> None:
    """The page with the SDK on it, sending this way."""
    key = shop.sources.add(sdk.name, origins=[site.address]).write_key
    script = sdk.program.replace("WRITE_KEY", key).replace("https://data.shop.example", through.address)
    page.goto(site.write(f"{sdk.name}.html", script))
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
    sdk = Sdk("analytics_next_again", SEGMENT, "UTC")
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
