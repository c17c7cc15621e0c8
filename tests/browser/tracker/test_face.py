"""What a page can call: the verbs of Ecommerce v2, under the strictest policy, and no name besides."""

from __future__ import annotations

import re

import pytest

from periplo.vocabulary import taxonomy
from support import ROOT
from tracked import Site, Visit, document

pytestmark = pytest.mark.browser

POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
VERBS = re.findall(r"^  (\w+): Verb", (ROOT / "tracker" / "index.d.ts").read_text("utf-8"), re.M)


def test_the_verbs_are_the_28_events_of_ecommerce_v2(shop: Site, visit: Visit) -> None:
    page = visit()
    page.evaluate(f"for (const verb of {VERBS}) periplo[verb]({{verb}})")
    shop.wait(lambda: len(shop.messages) >= 29)
    names = [message["event"] for message in shop.messages if message["type"] == "track"]
    assert len(set(names)) == 28
    assert set(names) == set(list(taxonomy().events)[:28])


@pytest.mark.parametrize("name", ["then", "toJSON", "productViewd", "nodeType", "constructer"])
def test_a_name_that_is_no_verb_is_nothing(shop: Site, visit: Visit, name: str) -> None:
    assert visit().evaluate(f"periplo.{name}") is None


def test_it_works_under_the_strictest_policy(shop: Site, visit: Visit) -> None:
    shop.headers = {"Content-Security-Policy": POLICY}
    page = visit()
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text))
    page.evaluate("document.addEventListener('securitypolicyviolation', e => console.log(e.violatedDirective))")
    page.evaluate("periplo.cartViewed({cart_id: 'c1'}); history.pushState({}, '', '/two')")
    shop.wait(lambda: shop.told().count("page") == 2)
    shop.until("Cart Viewed")
    assert broken == []


def test_nothing_becomes_global_but_the_tracker(shop: Site, visit: Visit) -> None:
    shop.pages["/plain"] = document(head="")
    page = visit("/plain")
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.goto(f"{shop.address}/")
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - before == {"periplo"}
