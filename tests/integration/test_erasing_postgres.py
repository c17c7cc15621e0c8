"""Identity forgets in PostgreSQL as it does in a file, and nothing deleted is left in its tables."""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import text

import postgres
from periplo.events.identifiers import normalise_column
from periplo.identity import SETS, Identity, Rules, open_state
from periplo.log import Database
from periplo.vocabulary import taxonomy
from support_events import at


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
