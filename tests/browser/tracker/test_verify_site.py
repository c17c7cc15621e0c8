"""``periplo verify-site`` says in words what is wrong with a site, and ends by the contract of the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import small_shop
from periplo.errors import DataError, UsageError
from periplo.server.tracker import SCRIPT
from periplo.site import verify as examine
from periplo.workspace import Shop
from serving import served
from tracked import Site, document, tag

pytestmark = pytest.mark.browser
PRODUCT = '<script type="application/ld+json">{"@type": "Product", "name": "Mug"}</script>'


def verify(*words: str, lang: str = "en") -> tuple[int, str, str]:
    environment = os.environ | {"PERIPLO_LANG": lang, "COLUMNS": "300"}
    command = [sys.executable, "-m", "periplo", "verify-site", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def found(url: str, *, browser: bool = True, grant: bool = False) -> tuple[bool, dict[str, str]]:
    """Whether all is well, and the findings by their code, in English."""
    report = examine(url, SCRIPT, browser=browser, grant=grant)
    return report.healthy, {one.code: one.tell("en") for one in report.findings}


def test_a_site_where_all_is_well(shop: Site) -> None:
    told = "<script>periplo.productViewed({product_id: 'p1', price: 2, currency: 'EUR'})</script>"
    shop.pages["/"] = document(PRODUCT + told)
    healthy, findings = found(shop.address)
    assert (healthy, list(findings)) == (True, ["tracker", "collector", "arrived"])
    assert "write key key" in findings["tracker"]
    assert "page, Product Viewed" in findings["arrived"]


def test_a_product_without_its_data(shop: Site) -> None:
    shop.pages["/"] = document(PRODUCT)
    assert "no_product" in found(shop.address)[1]
    shop.pages["/"] = document("<script>periplo.orderCompleted({order_id: 'o1', total: 3})</script>")
    healthy, findings = found(shop.address)
    assert (healthy, findings["lacking"]) == (True, "Order Completed lacks currency, products.")


def test_consent_is_awaited_or_given(shop: Site) -> None:
    shop.pages["/"] = document(head=tag("pending"))
    healthy, findings = found(shop.address)
    assert (healthy, list(findings)) == (True, ["tracker", "collector", "pending"])
    assert shop.told() == []
    assert "arrived" in found(shop.address, grant=True)[1]


def test_a_policy_that_blocks_it(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("periplo.site.visit.SETTLES_S", 1.5)  # enough for a batch to leave
    shop.headers = {"Content-Security-Policy": "script-src 'self'; connect-src 'none'"}
    healthy, findings = found(shop.address)
    assert not healthy
    assert {"sending_forbidden", "nothing_sent"} <= set(findings)
    assert "script_forbidden" not in findings


def test_a_site_that_counts_twice(shop: Site) -> None:
    shop.pages["/"] = document("<script>periplo.page()</script>", head=tag() + tag(key="other"))
    healthy, findings = found(shop.address)
    assert not healthy
    assert {"twice", "double"} <= set(findings)


def test_a_site_without_it(shop: Site) -> None:
    shop.pages["/"] = document(head="")
    assert list(found(shop.address)[1]) == ["no_tracker"]
    code, out, err = verify(shop.address, "--no-browser", lang="es")
    assert (code, err) == (1, "")
    assert out.startswith("✗ El rastreador no está en la página.")


def test_programs_get_one_object(shop: Site) -> None:
    code, out, err = verify(shop.address, "--json")
    report = json.loads(out)
    assert (code, err, report["healthy"], report["url"]) == (0, "", True, f"{shop.address}")
    assert [one["code"] for one in report["findings"]] == ["tracker", "collector", "arrived"]
    assert {one["level"] for one in report["findings"]} == {"ok"}


def test_a_tag_that_another_script_puts_there(shop: Site) -> None:
    late = "const s = document.createElement('script'); s.src = '/periplo.js'; s.onload = () => "
    late += f"periplo.init({{key: 'key', consent: 'granted', host: '{shop.address}'}}); document.head.append(s)"
    shop.pages["/"] = document(f"<script>{late}</script>", head="")
    healthy, findings = found(shop.address)
    assert (healthy, list(findings)) == (True, ["by_script", "arrived"])


@pytest.mark.parametrize(
    "tagged", ["<script src=/periplo.js></script>", "<script src=/missing/periplo.js data-key=key></script>"]
)
def test_a_tag_that_cannot_work(shop: Site, tagged: str) -> None:
    shop.pages["/"] = document(head=tagged)
    healthy, findings = found(shop.address, browser=False)
    assert not healthy
    assert {"no_key", "no_script"} & set(findings)


def test_without_chromium_it_says_so(shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERIPLO_CHROMIUM", "/nowhere/chromium")
    healthy, findings = found(shop.address)
    assert (healthy, list(findings)) == (True, ["tracker", "collector", "no_browser"])


@pytest.mark.parametrize("url", ["shop.example", "file:///etc/passwd", "https://"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        examine(url, SCRIPT)


def test_what_cannot_be_opened() -> None:
    with pytest.raises(DataError, match="refused"):
        examine("http://127.0.0.1:1/", SCRIPT)
    code, out, err = verify("ftp://shop.example")
    assert (code, out) == (2, "")
    assert err.startswith("“ftp://shop.example” is no web address.")


def test_the_real_collector_says_who_may_send(shop: Site, tmp_path: Path) -> None:
    folder = small_shop.copied(tmp_path)
    with Shop.open(folder) as opened:
        key = opened.sources.add("web", origins=[shop.address]).write_key
        foreign = opened.sources.add("other").write_key
    with served(folder) as server:
        src = f"{server.address}/periplo.js"
        for given, expected in ((key, "collector"), (foreign, "foreign_site"), ("nobody", "unknown_key")):
            shop.pages["/"] = document(head=tag(src=src, key=given))
            assert expected in found(shop.address, browser=False)[1]
        shop.pages["/"] = document(head=tag(src=src, key=key))
        assert "arrived" in found(shop.address)[1]
