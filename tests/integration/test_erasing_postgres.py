"""A person erased from a shop in PostgreSQL: nothing of them is left in any byte of its folder or the server's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import text

import killing_erasure
import postgres
from periplo.events.identifiers import normalise_column
from periplo.identity import SETS, Identity, Rules, open_state
from periplo.log import Database
from periplo.vocabulary import taxonomy
from periplo.workspace import Shop, backups
from searching import found_in
from support import ROOT
from support_erasing import PERSON, SECRETS, made
from support_events import at

COLUMNS = """
    SELECT table_schema, table_name, column_name FROM information_schema.columns
    WHERE table_schema IN ('log', 'identity') AND data_type IN ('text', 'bytea')
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[postgres.Own]:
    with postgres.own() as own:
        with psycopg.connect(own.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # the machine outlives the test
            connection.execute("SELECT pg_reload_conf()")
        monkeypatch.setenv("PERIPLO_DATABASE", own.url)
        yield own


def plain(url: str) -> None:
    """Lets values lie in the server's files as they are, so that a search of the bytes finds them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for schema, table, column in connection.execute(COLUMNS).fetchall():
            connection.execute(f"ALTER TABLE {schema}.{table} ALTER COLUMN {column} SET STORAGE EXTERNAL")  # type: ignore[arg-type]


def noted(url: str) -> None:
    """The server notes common values for its planner, and puts all on its disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")


def made_plainly(tmp_path: Path, url: str) -> Path:
    """The shop of an erasure, in a server whose files can be searched and which has noted what it knows."""
    with Shop.create(tmp_path / "shop") as shop:
        shop.identities.decisions()
    plain(url)
    folder = made(tmp_path)
    noted(url)
    return folder


def test_nothing_of_a_person_is_left_in_the_server_s_files(tmp_path: Path, server: postgres.Own) -> None:
    folder = made_plainly(tmp_path, server.url)
    before = found_in(server.folder, SECRETS)
    assert set(before) == set(SECRETS), "the search finds each while it is there"
    with Shop.open(folder) as shop, Shop.open(folder) as other:
        shop.back_up(tmp_path / "kept")
        other.journeys()
        *_, done = shop.erase_person(shop.customer_number(PERSON))
        assert (done.events, done.beyond) == (18, ["copies"])
        for place in (server.folder, folder, tmp_path / "kept"):
            assert not found_in(place, [*SECRETS, "ana-event", "1.2.3.4"]), place
        assert found_in(server.folder, ["torn too"]), "others stay"
        assert {finding.level for finding in shop.doctor()} <= {"ok", "warning"}
    assert len(backups(tmp_path / "kept")) == 1


def test_an_erasure_or_an_export_killed_anywhere_is_finished_by_the_next(tmp_path: Path, server: postgres.Own) -> None:
    folder = made_plainly(tmp_path, server.url)
    script = [sys.executable, str(ROOT / "tests" / "killing_erasure.py"), str(folder), str(tmp_path)]
    lines = subprocess.check_output([*script, str(server.folder)], text=True).splitlines()
    trials = [json.loads(line) for line in lines]
    points = [*killing_erasure.EXPORTS, *killing_erasure.NAMED_IN_POSTGRES]
    assert len(trials) == len(points) + killing_erasure.RANDOM_CALLS_IN_POSTGRES
    assert [trial for trial in trials if trial["left"] or not trial["equal"]] == []
    assert [trial["point"] for trial in trials if not trial["killed"]] == []


def test_a_role_that_may_not_touch_the_server_s_log_says_so() -> None:
    url = postgres.database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN")
        connection.execute(f"ALTER DATABASE {connection.info.dbname} OWNER TO keeper")  # type: ignore[arg-type]
    state = open_state(url.replace("postgres:@", "keeper:@"))
    state.compact()
    assert not state.overwrite()
    state.close()


def test_identity_forgets_and_the_database_is_written_anew() -> None:
    state = open_state(postgres.database())
    rows = [
        {"user_id": "ana-9041", "email": "Ana@Example.com", "seq": 1},
        {"user_id": "bea-7", "email": "bea@example.com", "seq": 2},
        {"user_id": "bea-7", "email": "ana@example.com", "seq": 3},
    ]
    usual = {"occurred_at": at(0), "source": "web", "event": "Signed In"}
    sets = pa.Table.from_pylist([usual | row for row in rows], schema=SETS)
    identity = Identity(state, Rules.of(taxonomy().identifiers), normalise_column)
    identity.follow(3, lambda after, until: [sets] if after < until else [])
    ana, bea = identity.number_of("ana-9041"), identity.number_of("bea-7")
    assert ana
    with identity.erasing(identity.ids_of(ana)) as (subject, cursor):
        assert (subject.texts["user_id"], cursor) == (["ana-9041"], 3)
    before = files(state)
    state.compact()
    assert not before & files(state), "the tables lie in new files"
    another = Identity(state, Rules.of(taxonomy().identifiers), normalise_column)
    for one in (identity, another):
        assert one.number_of("ana-9041") is one.number_of("ana@example.com") is None
        assert one.number_of("bea-7") == bea
        assert one.totals().persons == 1
        assert one.rewrites() == 1
    with state.reading() as connection:
        held = connection.execute(text("SELECT identifiers, spellings, edges FROM identity_part")).all()
    parts = [pa.ipc.open_stream(bytes(stream)).read_all() for row in held for stream in row]
    assert not [part for part in parts if "ana" in str(part.to_pylist()).lower()]
    state.close()


def files(database: Database) -> set[int]:
    """Where the tables lie."""
    wanted = "SELECT pg_relation_filenode(oid) FROM pg_class WHERE relname IN ('identity_part', 'cursor')"
    with database.reading() as connection:
        return set(connection.scalars(text(wanted)))
