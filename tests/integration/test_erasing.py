"""A person erased: nothing of them is left in any byte on disk, and nobody else's answers change."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from threading import Event, Thread
from zipfile import ZipFile

import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

import killing_erasure
from periplo.cli.main import app
from periplo.errors import UnknownName, UsageError
from periplo.identity import COLUMNS
from periplo.workspace import Shop
from searching import found_in
from support import ROOT
from support_erasing import PERSON, SECRETS, answers, made
from support_events import event
from support_shop import message, write_messages

BOTH = pytest.mark.usefixtures("database")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path)


def test_nothing_of_a_person_is_left_on_disk(folder: Path) -> None:
    before = found_in(folder, SECRETS)
    assert set(before) == set(SECRETS), "the search finds each while it is there"
    places = {file.split("/")[0] for files in before.values() for file in files}
    assert places >= {"lake", "log.db", "state.db", "cache", "map.html"}
    with Shop.open(folder) as shop:
        shop.erase_person(shop.customer_number(PERSON))
        assert not found_in(folder, SECRETS), "while the shop is open"
        shop.journeys().columns.properties.column("title")
    assert not found_in(folder, [*SECRETS, "ana-event", "1.2.3.4"]), "nor the ids of her events"
    assert found_in(folder, ["bea@example.com", "torn too"]), "others stay"


@BOTH
def test_nobody_else_s_answers_change(folder: Path) -> None:
    with Shop.open(folder) as shop:
        before = answers(shop, without=PERSON)
        totals, waiting, events = shop._stores.identity.totals(), shop.quarantine.count(), shop._stores.count()
        number = shop.customer_number(PERSON)
        foreseen = shop.foresee_erasure(number)
        (done,) = shop.erase_person(number)
        for again in (shop, Shop.open(folder)):
            assert answers(again) | {"events": None} == before
        after = shop._stores.identity.totals()
        assert (after.persons, after.anonymous) == (totals.persons - 1, totals.anonymous)
        assert (foreseen.events, foreseen.named_by_others, foreseen.rejects) == (18, 3, 2)
        assert (done.events, done.rewritten, done.rejects) == (18, 3, 2)
        assert shop.quarantine.count() == waiting - 2
        assert shop._stores.count() == events - 18 + 1, "less hers, and the event that says so"
        with pytest.raises(UnknownName):
            shop.customer_number(PERSON)
        with pytest.raises(UnknownName):
            shop.foresee_erasure(number)
        assert all(finding.level != "error" for finding in shop.doctor())


def test_what_was_erased_does_not_come_back_with_an_old_file(folder: Path) -> None:
    file = folder.parent / "events.jsonl"
    with Shop.open(folder) as shop:
        shop.erase_person(shop.customer_number(PERSON))
        before = answers(shop)
        again = shop.import_files([file])
        assert (again.read, again.accepted, again.erased) == (again.duplicates + again.rejected + again.erased, 0, 8)
        assert answers(shop) == before
        assert not found_in(folder, SECRETS)
        later = message(90, userId=PERSON, timestamp=datetime.now(UTC).isoformat())
        new = shop.import_files([write_messages(folder.parent / "later.jsonl", [later])])
        assert (new.accepted, new.erased) == (1, 0), "who comes again is a new acquaintance"


def test_a_shop_may_take_them_back(folder: Path) -> None:
    with Shop.open(folder) as shop:
        shop.erase_person(shop.customer_number(PERSON))
    with (folder / "periplo.toml").open("a") as settings:
        settings.write("[privacy]\nrefuse_erased = false\n")
    with Shop.open(folder) as shop:
        report = shop.import_files([folder.parent / "events.jsonl"])
        assert (report.accepted, report.erased) == (6, 0)


def test_a_person_may_take_everything_and_go(folder: Path, tmp_path: Path) -> None:
    copy = copytree(folder, tmp_path / "backup")
    cli = CliRunner()
    hers = tmp_path / "hers"
    told = json.loads(cli.invoke(app, ["export-person", str(folder), PERSON, "--to", str(hers), "--json"]).stdout)
    files = {file.name: file.read_text("utf-8") for file in hers.iterdir()}
    assert told["files"] == {name: len(text.encode()) for name, text in files.items()}
    assert set(found_in(hers, SECRETS)) == set(SECRETS), "the export holds all that is known"
    events = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    assert len(events) == json.loads(files["about.json"])["events"] == 18
    assert {"street": "calle del sauce 7"} in [one.get("properties", {}).get("address") for one in events]
    assert len(files["refused.jsonl"].splitlines()) == 2
    assert ["user_id", PERSON] in [link["stronger"] for link in json.loads(files["links.json"])]

    refused = cli.invoke(app, ["erase-person", str(folder), PERSON], input="n\n")
    assert "18" in refused.stdout
    foreseen = json.loads(cli.invoke(app, ["erase-person", str(folder), PERSON, "--json"]).stdout)
    assert foreseen["erased"] == [], "who asks for JSON only looks, unless sure"
    assert found_in(folder, SECRETS)
    done = cli.invoke(app, ["erase-person", str(folder), PERSON, "--yes", "--json", "--also", str(copy)])
    assert [one["events"] for one in json.loads(done.stdout)["erased"]] == [18, 18]
    assert not found_in(folder, SECRETS)
    assert not found_in(Path(copy), SECRETS)
    assert "18" in cli.invoke(app, ["erasures", str(folder)]).stdout
    zipped = cli.invoke(app, ["export-person", str(folder), "bea-7", "--to", str(tmp_path / "bea.zip")])
    assert zipped.exit_code == 0
    assert sorted(ZipFile(tmp_path / "bea.zip").namelist()) == sorted(files)
    again = cli.invoke(app, ["export-person", str(folder), "bea-7", "--to", str(hers)])
    assert isinstance(again.exception, UsageError)


@BOTH
def test_a_shop_may_collect_and_answer_while_somebody_is_erased(folder: Path) -> None:
    going, wrong = Event(), list[BaseException]()

    def live(shop: Shop) -> None:
        number = 0
        while going.is_set() or number < 5:
            number += 1
            both = {"user_id": PERSON, "anonymous_id": "tablet-of-all"}, {"user_id": "bea-7"}
            try:
                shop.record([event(f"live-{number}-{who['user_id']}", minute=number, **who) for who in both])
                shop.journeys()
            except BaseException as error:
                wrong.append(error)
                return

    with Shop.open(folder) as shop, Shop.open(folder) as other:
        going.set()
        thread = Thread(target=live, args=(other,))
        thread.start()
        shop.erase_person(shop.customer_number(PERSON))
        going.clear()
        thread.join()
        assert not wrong
        events = shop._stores.events([*COLUMNS, "event_id"], 0, 1 << 62).read_all()
        shop.journeys()
        whose = shop._stores.identity.customers_of(events)
        known = pc.or_(pc.is_valid(events["user_id"]), pc.is_valid(events["anonymous_id"])).to_numpy()
        assert whose[known].all(), "no event is left without its customer"
        ids = events["event_id"].to_pylist()
        assert len([one for one in ids if one.endswith("bea-7")]) >= 5
        assert len(ids) == len(set(ids))
        assert not found_in(folder, ["zanahorias moradas", "Ruiz Quintanilla", "ORD-ANA-1"])


def test_an_erasure_killed_anywhere_is_finished_when_the_shop_is_next_opened(folder: Path, tmp_path: Path) -> None:
    script = ROOT / "tests" / "killing_erasure.py"
    lines = subprocess.check_output([sys.executable, str(script), str(folder), str(tmp_path)], text=True).splitlines()
    trials = [json.loads(line) for line in lines]
    points = [*killing_erasure.EXPORTS, *killing_erasure.NAMED]
    assert len(trials) == len(points) + killing_erasure.RANDOM_CALLS
    assert [trial for trial in trials if trial["left"] or not trial["equal"]] == []
    assert [trial["point"] for trial in trials if not trial["killed"]] == []
