"""A cart goes from one device to another by a link, and the two visitors are joined."""

from __future__ import annotations

import pytest

from tracked import STUB, Site, Visit, document, tag

pytestmark = pytest.mark.browser
TAKE = "<script>periplo.onResume(cart => { document.title = cart; window.cart = cart })</script>"


def test_a_link_carries_the_cart_and_joins_the_visitors(shop: Site, visit: Visit) -> None:
    shop.pages["/cart"] = document(head=STUB + TAKE + tag().replace("<script", "<script async"))
    desk = visit()
    link = desk.evaluate(f"periplo.resumeLink('cart ñ 7', 5, '{shop.address}/cart?a=1#top')")
    (first,) = shop.until("page")
    phone = visit(link.removeprefix(shop.address))
    phone.wait_for_function("window.cart == 'cart ñ 7'")
    assert phone.url == f"{shop.address}/cart?a=1#top"
    (joined,) = shop.until("alias")
    assert joined["previousId"] == first["anonymousId"]
    assert joined["anonymousId"] != first["anonymousId"]
    assert "periplo_resume" not in repr(shop.messages)
    phone.reload()
    assert phone.evaluate("window.cart") is None


def test_an_old_or_a_broken_link_carries_nothing(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag() + TAKE)
    desk = visit(clock="2026-03-01T10:00:00")
    link = desk.evaluate("periplo.resumeLink('c1')").removeprefix(shop.address)
    for path in (link, "/?periplo_resume=%E2%82%AC", "/?periplo_resume=e30"):
        phone = visit(path, clock="2026-03-01T11:00:01")
        phone.evaluate("periplo.track('Seen'); periplo.flush()")
        assert phone.evaluate("window.cart") is None
        assert "periplo_resume" not in phone.url
    shop.wait(lambda: shop.told().count("Seen") == 3)
    assert "alias" not in shop.told()


def test_without_consent_the_cart_goes_and_the_visitors_stay_apart(shop: Site, visit: Visit) -> None:
    shop.pages["/"] = document(head=tag("pending") + TAKE)
    desk = visit()
    link = desk.evaluate("periplo.resumeLink('c1')").removeprefix(shop.address)
    phone = visit(link)
    assert phone.evaluate("window.cart") == "c1"
    phone.evaluate("periplo.consent('granted')")
    shop.until("page")
    assert "alias" not in shop.told()


def test_the_visitor_who_opens_an_own_link_stays_one(shop: Site, visit: Visit) -> None:
    desk = visit()
    desk.goto(desk.evaluate("periplo.resumeLink('c1')"))
    desk.evaluate("periplo.track('Done')")
    shop.until("Done")
    assert "alias" not in shop.told()
