"""Journeys follow who is who: after events, merges, unmerges, blocks, imports and restarts they are those rebuilt."""

from __future__ import annotations

import random
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pyarrow as pa
import pytest

from periplo.errors import UsageError
from periplo.events.model import Event
from periplo.identity import Identity, open_state
from periplo.workspace import Shop, following
from periplo.workspace.following import identifier_sets
from searching import found_in
from support_events import event
from support_identity import rules
from support_shop import contents, message, write_messages

KINDS = {"user_id": 5, "email": 6, "anonymous_id": 8, "loyalty_card": 3}


class Life:
    """What happens to a shop, by chance."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.chance, self.number = folder, random.Random(seed), 0
        self.shop = Shop.open(folder / "shop", create=True)

    def identifier(self) -> str:
        kind = self.chance.choice([*KINDS])
        number = self.chance.randrange(KINDS[kind])
        return f"{kind}-{number}@x.es" if kind == "email" else f"{kind}-{number}"

    def made(self) -> Event:
        self.number += 1
        carried = {kind: self.identifier() for kind in self.chance.sample([*KINDS], self.chance.choice((1, 1, 2, 3)))}
        own = {kind: f"{kind}-{self.chance.randrange(most)}" for kind, most in KINDS.items() if kind in carried}
        if "email" in own:
            own["email"] += "@x.es"
        if self.chance.random() < 0.2:
            own["order_id"] = f"o{self.chance.randrange(5)}"
        return event(f"e{self.number}", minute=self.chance.randrange(500), page=f"/{self.number % 4}", **own)

    def record(self) -> None:
        self.shop.record([self.made() for _ in range(self.chance.randrange(1, 12))])

    def bring(self) -> None:
        sent = []
        for _ in range(6):
            self.number += 1
            user, device = f"user_id-{self.chance.randrange(5)}", f"anonymous_id-{self.chance.randrange(8)}"
            sent.append(message(self.number, anonymousId=device, userId=user, messageId=f"m{self.number}"))
        self.shop.import_files([write_messages(self.folder / f"{self.number}.jsonl", sent)])

    def decide(self) -> None:
        who, what = self.shop.identities, self.chance.choice(("merge", "merge", "unmerge", "unmerge", "split", "block"))
        try:
            if what == "split":
                who.decide("unmerge", self.identifier())
            elif what == "unmerge":
                links = who.links(who.number_of(self.identifier()))
                link = self.chance.choice(links)
                who.decide("unmerge", *(":".join(end) for end in (link.stronger, link.weaker)))
            elif what == "block":
                who.decide("block", self.identifier())
            else:
                who.decide("merge", self.identifier(), self.identifier())
        except (UsageError, IndexError):  # one that would change nothing
            return

    def undo(self) -> None:
        taken = self.shop.identities.decisions()
        try:
            self.shop.identities.decide("undo", undoes=self.chance.choice(taken).seq)
        except (UsageError, IndexError):
            return

    def archive(self) -> None:
        self.shop.archive()

    def restart(self) -> None:
        self.shop.close()
        self.shop = Shop.open(self.folder / "shop")

    def live(self, steps: int) -> None:
        happens = [
            self.record,
            self.record,
            self.decide,
            self.decide,
            self.bring,
            self.undo,
            self.archive,
            self.restart,
        ]
        for _ in range(steps):
            self.chance.choice(happens)()
            self.shop.journeys()


@pytest.mark.parametrize(
    ("seed", "database"),
    [*((n, "sqlite") for n in range(3)), *((n, "postgresql") for n in range(3, 6))],
    indirect=["database"],
)
def test_journeys_are_those_rebuilt_from_the_events_and_decisions(
    tmp_path: Path, database: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(tmp_path, seed)
    for step in range(3):
        life.live(12)
        grown, pages = contents(life.shop), pages_of(life.shop)
        again = Path(copytree(tmp_path / "shop", tmp_path / f"again{step}"))
        rmtree(again / "cache")
        for file in again.glob("*.db*"):
            file.unlink()
        life.shop._stores.log_database.copy_to(again / "log.db")
        with monkeypatch.context() as in_files:
            in_files.delenv("PERIPLO_DATABASE", raising=False)
            with Shop.open(again) as rebuilt:
                assert contents(rebuilt) == grown
                assert pages_of(rebuilt) == pages
                whose(rebuilt)
    life.shop.close()


def pages_of(shop: Shop) -> list[str | None]:
    """The page of each event, in the order of the journeys."""
    column = shop.journeys().columns.properties.column("page")
    return [[*column.values, None][code] for code in column.codes]  # type: ignore[union-attr]


def whose(shop: Shop) -> None:
    """Every event that has a customer is in exactly one journey."""
    stored = shop._stores.events(
        ["source", "user_id", "loyalty_card", "email", "phone", "anonymous_id", "order_id"], 0, 1 << 62
    )
    known = shop._stores.identity.customers_of(stored.read_all())
    assert np.count_nonzero(known) == len(shop.journeys().columns.time_us)


def test_an_unmerge_gives_back_the_journeys_from_before(tmp_path: Path) -> None:
    life = Life(tmp_path, 99)
    life.live(8)
    before, who = contents(life.shop)["journeys"], life.shop.identities
    numbers = life.shop.journeys().columns.customer
    one, other = life.shop.customer_names(numbers[:2])
    taken = who.decide("merge", one, other, by="ana", why="the same person on the phone")
    assert len(life.shop.journeys().columns.customer) == len(numbers) - 1
    who.decide("unmerge", one, other)
    assert contents(life.shop)["journeys"] == before
    who.decide("undo", undoes=who.decisions()[-1].seq)
    who.decide("undo", undoes=taken.seq)
    assert contents(life.shop)["journeys"] == before
    life.shop.close()


def test_journeys_follow_the_limits_that_a_shop_sets(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    with Shop.open(place, create=True) as shop:
        shop.record([event(f"e{n}", user_id="u1", email=f"m{n}@x.es", minute=n) for n in range(6)])
        shop.record([event("later", email="m5@x.es", minute=9)])
        assert np.diff(shop.journeys().columns.offsets).tolist() == [6, 1]
    (place / "vocabulary").mkdir()
    (place / "vocabulary" / "identifiers.yaml").write_text("limits: {email: 6}\n", "utf-8")
    with Shop.open(place) as again:
        assert np.diff(again.journeys().columns.offsets).tolist() == [7]
        assert again.identities.suggestions() == []


def test_a_shared_tablet_leaves_the_journey_of_who_signed_in_first(tmp_path: Path) -> None:
    """Three accounts on one device: what everybody did there is the device's own, also in journeys made before."""
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.record([event(f"v{n}", anonymous_id="tablet", minute=n) for n in range(4)])
        for user in ("ana", "leo"):
            shop.record([event(f"{user}1", user_id=user, anonymous_id="tablet", minute=10)])
        ana = shop.customer_number("ana")
        assert shop.profile(ana).events == 5
        shop.record([event("eva1", user_id="eva", anonymous_id="tablet", minute=20)])
        assert [shop.profile(shop.customer_number(user)).events for user in ("ana", "leo", "eva")] == [1, 1, 1]
        assert shop.profile(shop.customer_number("tablet")).events == 4


def test_an_erasure_takes_names_out_of_decisions(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.record(
            [event("e1", user_id="secret-account"), event("e2", email="other@x.es"), event("e3", user_id="bea")]
        )
        shop.identities.decide("merge", "secret-account", "other@x.es", by="eva", why="secret-account told us")
        shop.identities.decide("block", "bea", by="eva", why="a test")
        shop.archive()
        assert found_in(tmp_path / "shop", ["secret-account"])
        shop.erase_person(shop.customer_number("secret-account"))
        assert not found_in(tmp_path / "shop", ["secret-account", "other@x.es"])
        assert [one.what for one in shop.identities.decisions()] == ["merge", "block"]
        assert shop.journeys().columns.customers == 0
    for file in (tmp_path / "shop").glob("state.db*"):
        file.unlink()
    with Shop.open(tmp_path / "shop") as again:
        assert [one.by for one in again.identities.decisions()] == ["eva", "eva"]


def test_identity_reads_many_events_in_the_order_of_the_sequence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where they lie in the archive in no order, among those that are still in the log."""
    life = Life(tmp_path, 7)
    for _ in range(4):
        for step in (life.record, life.bring, life.record, life.archive, life.record):
            step()
    life.shop.record(
        [event("alias", event="Customer Aliased", user_id="user_id-1", properties='{"previousId": "old"}')]
    )
    stores = life.shop._stores
    until = stores.log.settled()
    whole = pa.concat_tables(identifier_sets(stores, 0, until))
    monkeypatch.setattr(following, "EVENTS_AT_ONCE", 7)
    monkeypatch.setattr(following, "MOST_FILES", 5)
    some = [*identifier_sets(stores, 0, until)]
    seqs = pa.concat_tables(some)["seq"].to_pylist()
    assert len(some) > 1
    assert seqs == sorted(seqs)
    found = [Identity(open_state(tmp_path / name), rules(), stores._normalise) for name in ("whole", "some")]
    found[0].follow(until, lambda *_: [whole])
    found[1].follow(until, lambda *_: some)
    assert found[0].mapping().sort_by([("kind", "ascending"), ("text", "ascending")]) == found[1].mapping().sort_by(
        [("kind", "ascending"), ("text", "ascending")]
    )
    assert "old" in found[0].mapping()["text"].to_pylist()
    life.shop.close()
