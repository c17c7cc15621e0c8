"""``periplo identity``: seeing why, trying out, deciding, taking back; in words and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from periplo.cli.main import app
from periplo.errors import UnknownName, UsageError
from periplo.identity import Alarm
from periplo.workspace import Shop
from small_shop import copied
from support_events import event


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = copied(tmp_path)
    with Shop.open(path) as opened:
        opened.record([event("x1", user_id="luis", email="ana@example.com", minute=90_000)])
    return path


def run(*words: object) -> str:
    done = CliRunner().invoke(app, ["identity", *map(str, words)])
    if done.exception:
        raise done.exception
    return done.output


def told(*words: object) -> Any:
    return json.loads(run(*words, "--json"))


def test_merge_is_tried_out_explained_and_taken_back(shop: Path) -> None:
    tried = told("merge", shop, "luis", "visitor-1", "--preview")
    assert tried["decision"] is None
    assert [party["events"] for party in tried["change"]["before"]] == [3, 1]
    assert [party["events"] for party in tried["change"]["after"]] == [4]
    assert told("explain", shop, "luis", "visitor-1") == {"one_customer": False, "links": []}

    done = told("merge", shop, "luis", "visitor-1", "--why", "said so", "--by", "eva")
    assert done["change"] == tried["change"]
    chain = told("explain", shop, "luis", "visitor-1")
    assert [(link["by"], link["why"]) for link in chain["links"]] == [("eva", "said so")]
    assert "eva said so" in run("show", shop, "visitor-1")

    undone = told("undo", shop, done["decision"]["seq"])
    assert [party["events"] for party in undone["change"]["after"]] == [3, 1]
    assert [one["what"] for one in told("decisions", shop)["decisions"]] == ["merge", "undo"]


def test_suggestions_are_accepted_or_dismissed(shop: Path) -> None:
    found = told("suggestions", shop)
    assert [(one["stronger"], one["weaker"], one["why"]) for one in found["suggestions"]] == [
        (["user_id", "luis"], ["email", "ana@example.com"], "limit:user_id")
    ]
    dismissed = told("dismiss", shop, "luis", "ana@example.com")
    assert dismissed["change"] == {"before": [], "after": []}
    assert told("suggestions", shop)["total"] == 0
    told("undo", shop, dismissed["decision"]["seq"])
    assert len(told("accept", shop, "luis", "ana@example.com")["change"]["after"]) == 1
    assert told("suggestions", shop)["total"] == 0
    with pytest.raises(UsageError, match="not among the suggestions"):
        run("accept", shop, "luis", "eva")


def test_an_unmerge_says_what_parts(shop: Path) -> None:
    done = told("unmerge", shop, "ana", "ana@example.com")
    assert [party["name"] for party in done["change"]["before"]] == ["ana", "luis"]
    names = {party["name"]: party["events"] for party in done["change"]["after"]}
    assert names == {"ana": 9, "luis": 3}, "the address is free for whoever names it next"
    assert told("show", shop, "ana@example.com")["identifiers"]["user_id"] == ["luis"]


def test_a_block_leaves_events_to_the_next_identifier_or_nobody(shop: Path) -> None:
    done = told("block", shop, "user_id:eva")
    assert [(party["number"], party["events"]) for party in done["change"]["after"]] == [(0, 1)]
    with pytest.raises(UsageError, match="nobody already"):
        run("block", shop, "eva")


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (("merge", "ana", "nobody"), UnknownName, "no identifier named “nobody”"),
        (("merge", "ana", "ana@example.com"), UsageError, "one customer already"),
        (("unmerge", "ana", "luis"), UsageError, "two customers already"),
        (("unmerge", "ana@example.com", "A-1"), UsageError, "They are one over “ana”"),
        (("unmerge", "eva"), UsageError, "of its own already"),
        (("undo", "77"), UnknownName, "no decision named “77”"),
    ],
)
def test_what_would_change_nothing_is_refused(shop: Path, words: tuple[str, ...], error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        run(words[0], shop, *words[1:])


def test_alarms_are_listed(shop: Path) -> None:
    with Shop.open(shop) as opened:
        opened.record(
            [event(f"m{n}", user_id="mailbox", anonymous_id=f"phone-{n}", minute=90_000 + n) for n in range(12)]
            + [event(f"t{n}", user_id=f"t{n}", anonymous_id="tablet", minute=95_000) for n in range(3)]
            + [event(f"r{n}", anonymous_id="robot", minute=100_000 + n / 10) for n in range(2_100)]
        )
        names = dict(
            zip(
                ("mailbox", "tablet", "robot"), map(opened.customer_number, ("mailbox", "tablet", "robot")), strict=True
            )
        )
        alarms = opened.identities.alarms()
    assert [(one.what, one.number, one.count) for one in alarms] == [
        ("shared_device", names["tablet"], 3),
        ("identifiers", names["mailbox"], 13),
        ("events", names["robot"], 2_100),
    ]
    assert isinstance(alarms[0], Alarm)
    assert all(name in run("alarms", shop) for name in names)
