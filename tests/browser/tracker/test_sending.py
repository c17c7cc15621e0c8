"""What a visitor does arrives whole, once, and with its right time, whatever the network and the device do."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from periplo.events.segment import Reading, from_segment
from tracked import STUB, Device, Message, Site, Visit, document, tag

pytestmark = pytest.mark.browser

STORED = "Object.keys(localStorage).filter(key => key.startsWith('periplo')).length"


def occurred(message: Message) -> datetime:
    """When an event happened, as the server repairs it."""
    plain = {**message, "receivedAt": None}
    return from_segment(
        json.loads(json.dumps(plain, default=str)), Reading(received_at=message["receivedAt"])
    ).occurred_at


def test_a_visit_arrives_in_the_shape_of_segment(shop: Site, visit: Visit) -> None:
    page = visit("/?utm_source=google&utm_medium=cpc&utm_campaign=verano&gclid=1")
    page.evaluate("periplo.productViewed({product_id: 'p1', price: 12.5, currency: 'EUR'})")
    seen, product = shop.until("page", "Product Viewed")
    assert product["properties"] == {"product_id": "p1", "price": 12.5, "currency": "EUR"}
    assert seen["anonymousId"] == product["anonymousId"]
    assert seen["context"]["campaign"] == {"source": "google", "medium": "cpc", "name": "verano"}
    assert seen["context"]["page"]["title"] == "Faro"
    assert seen["context"]["consent"] == {"analytics": "granted"}
    assert shop.bodies[0]["writeKey"] == "key"
    event = from_segment(json.loads(json.dumps(seen, default=str)))
    assert (event.event, event.channel, event.device, event.country) == ("Page Viewed", "ads", "desktop", "ES")
    assert event.page == "/"


def test_no_preflight_is_needed(shop: Site, visit: Visit) -> None:
    visit()
    shop.until("page")
    assert shop.kinds[0].startswith("text/plain")


def test_what_happens_together_travels_together(shop: Site, visit: Visit) -> None:
    page = visit(clock="2026-03-01")
    page.evaluate("for (const n of '123') periplo.track('Step ' + n)")
    page.clock.run_for(1_000)
    shop.until("Step 3")
    assert [len(body["batch"]) for body in shop.bodies] == [4]
    assert shop.told() == ["page", "Step 1", "Step 2", "Step 3"]


def test_calls_before_the_script_has_loaded_wait_for_it(shop: Site, visit: Visit) -> None:
    calls = "<script>periplo.productViewed({product_id: 'p1'}); periplo.consent('granted')</script>"
    shop.pages["/"] = document(head=STUB + calls + tag("pending").replace("<script", "<script async"))
    page = visit()
    _, product = shop.until("page", "Product Viewed")
    assert product["properties"] == {"product_id": "p1"}
    assert page.evaluate("periplo.version") == "0.1.0"


def test_the_tag_twice_tracks_once(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag() + tag())
    page = visit()
    page.evaluate("periplo.track('Done')")
    shop.until("Done")
    assert shop.told() == ["page", "Done"]


def test_leaving_the_page_sends_what_waits(shop: Site, visit: Visit) -> None:
    page = visit(clock="2026-03-01")
    page.evaluate("periplo.track('Last')")
    page.goto("about:blank")
    shop.until("page", "Last")


def test_a_refused_batch_comes_again_and_counts_once(shop: Site, visit: Visit) -> None:
    shop.answers = [(503, {"Retry-After": "7"}), (503, {})]
    page = visit(clock="2026-03-01")
    page.clock.run_for(1_000)
    shop.wait(lambda: shop.refused == 1)
    page.wait_for_function("performance.now() >= 1000")
    page.clock.run_for(6_500)
    assert shop.refused == 1
    page.clock.run_for(600)
    shop.wait(lambda: shop.refused == 2)
    page.evaluate("new Promise(done => done())")
    page.clock.run_for(4_000)
    shop.until("page")
    assert shop.told() == ["page"]


def test_a_batch_that_can_never_succeed_is_let_go(shop: Site, visit: Visit) -> None:
    shop.answers = [(400, {})]
    page = visit()
    shop.wait(lambda: shop.refused)
    page.wait_for_function(f"{STORED} == 0")
    page.evaluate("periplo.track('Next')")
    shop.until("Next")
    assert shop.told() == ["Next"]


def test_what_happens_offline_arrives_online_with_its_age(shop: Site, visit: Visit) -> None:
    page = visit(clock="2026-03-01")
    page.clock.run_for(1_000)
    shop.until("page")
    page.wait_for_function(f"{STORED} == 0")  # what has no answer yet would come again
    page.context.set_offline(True)
    page.evaluate("periplo.track('In The Tunnel')")
    page.clock.run_for(3_600_000)
    page.context.set_offline(False)
    page.clock.run_for(1_000)
    (tunnel,) = shop.until("In The Tunnel")
    age = tunnel["receivedAt"] - occurred(tunnel)
    assert timedelta(minutes=59) < age < timedelta(minutes=62)
    assert shop.came == shop.messages


@pytest.mark.parametrize("clock", ["2009-05-05T10:00:00", "2041-05-05T10:00:00"])
def test_a_clock_wrong_by_years_does_not_matter(shop: Site, visit: Visit, clock: str) -> None:
    page = visit(clock=clock)
    page.evaluate("periplo.track('Then')")
    page.clock.run_for(1_000)
    (then,) = shop.until("Then")
    assert timedelta() <= datetime.now(UTC) - occurred(then) < timedelta(minutes=1)


def test_a_clock_that_is_put_right_meanwhile_does_not_matter(shop: Site, visit: Visit) -> None:
    page = visit(clock="2041-05-05T10:00:00")
    shop.down = True
    page.evaluate("periplo.track('Then')")
    page.clock.run_for(2_000)
    shop.wait(lambda: shop.refused)
    shop.down = False
    page.clock.set_system_time("2026-03-01")
    page.clock.run_for(10_000)
    (then,) = shop.until("Then")
    assert abs(datetime.now(UTC) - occurred(then)) < timedelta(minutes=1)


def test_a_killed_tab_loses_nothing(shop: Site, visit: Visit, device: Device) -> None:
    shop.down = True
    home = device()
    page = visit(on=home)
    page.evaluate("periplo.orderCompleted({order_id: 'o1', total: 20})")
    with pytest.raises(Exception, match="crash"):
        page.goto("chrome://crash")
    shop.down = False
    visit(on=home)
    (order,) = shop.until("Order Completed")
    shop.wait(lambda: len(shop.told()) == 3)
    assert order["properties"]["order_id"] == "o1"
    assert abs(datetime.now(UTC) - occurred(order)) < timedelta(minutes=1)
    assert sorted(shop.told()) == ["Order Completed", "page", "page"]


def test_two_tabs_count_everything_once(shop: Site, visit: Visit, device: Device) -> None:
    shop.down = True
    home = device()
    tabs = [visit(on=home), visit(on=home)]
    for number, tab in enumerate(tabs):
        tab.evaluate(f"for (const n of [1, 2, 3]) periplo.track('Tab {number} ' + n)")
    shop.wait(lambda: shop.refused >= 2)
    shop.down = False
    for tab in tabs:
        tab.evaluate("dispatchEvent(new Event('online'))")
    shop.wait(lambda: len(shop.told()) == 8)
    names = [f"Tab {tab} {n}" for tab in (0, 1) for n in (1, 2, 3)]
    assert sorted(shop.told()) == sorted(["page", "page", *names])
    assert len({message["anonymousId"] for message in shop.messages}) == 1


def test_a_full_disk_still_sends(shop: Site, visit: Visit) -> None:
    shop.pages["/full"] = document(head="")
    page = visit("/full")
    page.evaluate("""() => {
        const fill = size => { for (let n = 0; ; n++) localStorage[size + '.' + n] = 'x'.repeat(size) };
        for (let size = 1 << 20; size; size >>= 2) try { fill(size) } catch { }
    }""")
    page.goto(f"{shop.address}/")
    assert page.evaluate(STORED) == 0
    page.evaluate("periplo.track('Full')")
    shop.until("page", "Full")


def test_a_frame_without_any_storage_still_sends(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document("<iframe sandbox=allow-scripts src=/inner></iframe>", head="")
    shop.pages["/inner"] = document("<script>periplo.track('Inside')</script>")
    visit()
    view, inside = shop.until("page", "Inside")
    assert view["anonymousId"] == inside["anonymousId"]


def test_what_waits_is_bounded_and_the_oldest_goes(shop: Site, visit: Visit) -> None:
    shop.down = True
    page = visit(clock="2026-03-01")
    page.evaluate("for (let n = 0; n < 60; n++) periplo.track('Big', {n, text: 'x'.repeat(10_000)})")
    size = page.evaluate("Object.entries(localStorage).reduce((sum, [, text]) => sum + text.length, 0)")
    assert 200_000 < size <= 256_000
    shop.down = False
    page.clock.run_for(60_000)
    shop.wait(lambda: any(m.get("properties", {}).get("n") == 59 for m in shop.messages))
    page.wait_for_function(f"{STORED} == 0")
    came = [m["properties"]["n"] for m in shop.messages if m.get("event") == "Big"]
    assert came == sorted(came)
    assert came[-1] == 59
    assert 20 <= len(came) <= 26


def test_a_page_that_goes_wild_is_stopped(shop: Site, visit: Visit) -> None:
    page = visit()
    page.evaluate("for (let n = 0; n < 1000; n++) periplo.track('Wild', {n})")
    page.goto("about:blank")
    visit("/", on=page.context)
    shop.wait(lambda: len(shop.messages) == 251)
    assert shop.told().count("Wild") >= 249


def test_nothing_a_page_does_makes_it_throw(shop: Site, visit: Visit) -> None:
    page = visit()
    page.evaluate("""() => {
        const calls = ['init', 'track', 'page', 'identify', 'alias', 'resumeLink', 'onResume', 'ready', 'cartViewed'];
        const loop = {}; loop.loop = loop;
        const evil = new Proxy({}, {get() { throw new Error('evil') }, ownKeys() { throw new Error('evil') }});
        for (const bad of [undefined, null, 0, 10n, Symbol('x'), loop, evil, () => 1, 'x'.repeat(1 << 20)])
            for (const call of calls) periplo[call](bad, bad);
        localStorage['periplo.broken'] = '{';
        document.cookie = 'periplo=%7B;path=/';
        JSON.stringify(periplo); String(periplo); Promise.resolve(periplo);
        periplo.track('Still Here');
    }""")
    shop.until("Still Here")
