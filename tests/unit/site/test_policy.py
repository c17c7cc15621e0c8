"""A policy allows a tracker exactly what a browser would."""

from __future__ import annotations

import pytest

from periplo.language.catalogue import spanish
from periplo.site.findings import TEXTS
from periplo.site.page import Page
from periplo.site.policy import allows

HERE = "https://shop.example/p/1"
THERE = "https://data.shop.example/periplo.js"


def page(*policies: str) -> Page:
    return Page(HERE, [], list(policies), False)


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("", True),
        ("img-src 'self'", True),
        ("default-src 'none'", False),
        ("default-src *; script-src 'self'", False),
        ("script-src 'self' https://data.shop.example", True),
        ("script-src data.shop.example:443", False),  # an address without a port
        ("script-src data.shop.example:*", True),
        ("script-src *.shop.example", True),
        ("script-src *.example.org https:", True),
        ("script-src http://data.shop.example", True),
        ("script-src https://data.shop.example/periplo.js", True),
        ("script-src https://data.shop.example/other/", False),
        ("script-src 'nonce-abc' 'strict-dynamic'", True),
        ("script-src-elem 'none'; script-src *", False),
        ("SCRIPT-SRC HTTPS://DATA.SHOP.EXAMPLE", True),
    ],
)
def test_scripts(policy: str, allowed: bool) -> None:
    assert allows(page(policy), "script", THERE) is allowed


def test_every_policy_has_to_agree() -> None:
    assert not allows(page("connect-src *", "default-src 'self'"), "connect", THERE)
    assert allows(page("connect-src *", "default-src 'self'; connect-src https:"), "connect", THERE)


def test_the_page_itself() -> None:
    assert allows(page("default-src 'self'"), "connect", "https://shop.example/v1/batch")
    assert not allows(page("default-src 'self'"), "connect", THERE)


def test_every_finding_has_its_spanish() -> None:
    assert [text for _, text in TEXTS.values() if text not in spanish()] == []
