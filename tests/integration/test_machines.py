"""Several machines on one shop in PostgreSQL, each with a folder of its own beside the archive that they share: one of
them writes there at a time, also when the database forgets which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

import postgres
from periplo.errors import ShopBusy
from periplo.log import postgres as postgres_room
from periplo.workspace import Shop
from periplo.workspace.staging import Staging
from serving import elsewhere
from support_events import event
from support_shop import contents, message, write_messages


@pytest.fixture
def url() -> Iterator[str]:
    with postgres.filled() as made:
        yield made


@pytest.fixture
def machines(tmp_path: Path, url: str) -> Iterator[tuple[Shop, Shop]]:
    """Two, which share the database and the archive and nothing else."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "periplo.toml").write_text(f'name = "Gifts"\ndatabase = "{url}"\n')
    with Shop.open(tmp_path / "one") as one:
        (tmp_path / "other" / "lake").symlink_to(tmp_path / "one" / "lake")
        with Shop.open(tmp_path / "other") as other:
            yield one, other


def cut(url: str) -> None:
    """Ends the connection of whoever holds the shop's lock."""
    holds = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = "
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute(
            f"{holds} (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchall()


def at_the_end(patch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Does something when an import has written its events and has only to commit them."""
    numbered = Staging._numbered

    def then(self: Staging, first_seq: int) -> Iterator[pa.RecordBatch]:
        yield from numbered(self, first_seq)
        act()

    patch.setattr(Staging, "_numbered", then)


def assert_once(shop: Shop, events: int) -> None:
    shop.archive()
    found = contents(shop)
    assert len(found["keys"]) == len(set(found["keys"])) == events
    assert {finding.level for finding in shop.doctor()} == {"ok"}


def test_one_writes_at_a_time_and_both_answer_alike(machines: tuple[Shop, Shop]) -> None:
    one, other = machines
    with one._stores.lock.hold(0):
        with pytest.raises(ShopBusy, match="Another import"), other._stores.lock.hold(0):
            pass
        one._stores.lock.confirm()
    for number, shop in enumerate((one, other, one)):
        shop.record([event(f"e{number}", user_id="ana"), event("shared", user_id="ana")])
        shop.archive()
    assert_once(one, 4)
    assert contents(other) == contents(one)


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "not noticed"])
def test_who_has_lost_the_lock_commits_nothing(
    machines: tuple[Shop, Shop], tmp_path: Path, url: str, noticed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other machine takes the first one's import for killed, and clears up after it, before it goes on."""
    one, other = machines
    file = write_messages(tmp_path / "m.jsonl", (message(n) for n in range(6)))

    def taken_over() -> None:
        cut(url)
        elsewhere("shop.record(small_shop.events()[:1]); shop.archive()", other.path)

    with monkeypatch.context() as patch:
        at_the_end(patch, taken_over)
        if not noticed:
            patch.setattr(postgres_room, "locked", lambda connection: True)
        with pytest.raises(ShopBusy, match="let go of" if noticed else "changed the archive"):
            one.import_files([file])
    assert_once(other, 1)
    assert one.import_files([file]).accepted == 6
    assert_once(other, 7)
