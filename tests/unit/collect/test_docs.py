"""Paths, limits, verdicts and rules of collecting stand in its reference, and its rules in both languages."""

from __future__ import annotations

from typing import get_args

import pytest

from periplo.collect import MOST_EVENTS, Verdict
from periplo.collect.rules import RULES
from periplo.language.catalogue import spanish
from periplo.server.collect.described import paths
from periplo.server.collect.routes import CALLS, FLAGS, ROUTES, SETTINGS
from periplo.server.collect.webhooks import HOOKS
from support import ROOT

TEXT = (ROOT / "docs/reference/collecting.md").read_text("utf-8")


@pytest.mark.parametrize("path", [path for path in ROUTES if not path.startswith("/api/s/")])
def test_every_path_is_documented(path: str) -> None:
    assert f"{path}`" in TEXT or f"{path}/`" in TEXT


def test_every_path_is_described_for_machines() -> None:
    described = paths()
    assert described.keys() >= {*ROUTES, *FLAGS, SETTINGS, "/sourceConfig", HOOKS}
    names = [operation["operationId"] for methods in described.values() for operation in methods.values()]
    assert len(names) == len({*names})


def test_jitsus_paths_are_one_line() -> None:
    theirs = {path for path in ROUTES if path.startswith("/api/s/")}
    assert theirs == {f"/api/s/{to}{call}" for to in ("", "s2s/") for call in (*CALLS, "batch")}
    assert "`POST /api/s/{call}`, `/api/s/s2s/{call}`" in TEXT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_documented_and_told_in_spanish(rule: tuple[str, str]) -> None:
    name, reason = rule
    assert f"| `{name}` |" in TEXT
    assert reason in spanish()


def test_verdicts_and_limits_are_documented() -> None:
    for verdict in get_args(Verdict):
        assert f"| `{verdict}` |" in TEXT
    assert f"{MOST_EVENTS:,}" in TEXT
