"""As much as SDKs send at once is taken, of one of them where the shop says so; what is too large is kept and takes
nothing with it; a wrong key is final."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from periplo.collect import USUAL_KB
from periplo.workspace import Shop
from sdks import SDKS, Sdk, Step, played
from serving import Served, served
from support_collect import events
from unreliable import Way, way

FULL = [sdk._replace(name=f"{sdk.name}-full") for sdk in SDKS]
MANY = 100
LONG = "ñ漢🫖" * 1_280
"""About 30 KB as Python's SDKs write it."""
LARGEST = next(sdk for sdk in FULL if sdk.program == "rudder_python.py")
"""Its batches have 3 MB of these; those of the others on the same paths have less than 500 KB."""


@pytest.fixture(scope="session")
def roomy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that takes more at once, as the guide tells those who come from RudderStack."""
    folder = tmp_path_factory.mktemp("roomy")
    (folder / "periplo.toml").write_text("[collect]\nmost_request_kb = 4096\n", "utf-8")
    with Shop.open(folder) as opened:
        yield opened


def filled(sdk: Sdk, shop: Shop, server: Served, source: str) -> Way:
    """Lets an SDK send what fills its batches."""
    told = {"anonymousId": f"{sdk.name}-phone"}
    steps = [{"call": "track", "event": f"Note {n}", "properties": {"long": LONG}, **told} for n in range(MANY)]
    with way(server.port) as through:
        played(sdk, steps, through.address, shop.sources.add(source).write_key)
    return through


@pytest.fixture(scope="session")
def sent_full(shop: Shop, server: Served, roomy: Shop) -> None:
    """By all SDKs, to the shop that has room for each."""
    with served(roomy.path) as another, ThreadPoolExecutor() as pool:
        rooms = [(roomy, another) if sdk is LARGEST else (shop, server) for sdk in FULL]
        list(pool.map(lambda sdk, room: filled(sdk, *room, sdk.name), FULL, rooms))


@pytest.mark.usefixtures("sent_full")
@pytest.mark.parametrize("sdk", FULL, ids=lambda sdk: sdk.name)
def test_full_batches_arrive(sdk: Sdk, shop: Shop, roomy: Shop) -> None:
    found = [event for event in events(roomy if sdk is LARGEST else shop) if event["source"] == sdk.name]
    assert sorted(event["event"] for event in found) == sorted(f"Note {n}" for n in range(MANY))
    assert all(json.loads(event["properties"])["long"] == LONG for event in found)


def test_what_the_shop_has_no_room_for_is_in_sight(shop: Shop, server: Served) -> None:
    through = filled(LARGEST, shop, server, "unsaid")
    assert {status for _, status in through.answers} == {413}
    until, refused = time.monotonic() + 20, 0
    while refused < len(through.answers) and time.monotonic() < until:  # counts are written down once a second
        time.sleep(0.1)
        [one] = [one for one in shop.source_reports() if one.name == "unsaid"]
        refused = sum(large.count for large in one.oversize if large.kilobytes == USUAL_KB)
    assert refused == len(through.answers)


@pytest.mark.parametrize("sdk", [sdk for sdk in SDKS if "segment_python" not in sdk.name], ids=lambda sdk: sdk.name)
def test_one_event_that_is_too_large_is_kept_and_the_others_arrive(sdk: Sdk, shop: Shop, server: Served) -> None:
    source, before = f"{sdk.name}-large", shop.quarantine.count()
    lengths = {"Before": 1, "Large": 100_000, "After": 1}
    steps: list[Step] = [
        {"call": "track", "event": name, "anonymousId": "a", "properties": {"long": "x" * length}}
        for name, length in lengths.items()
    ]
    with way(server.port) as through:
        played(sdk, steps, through.address, shop.sources.add(source).write_key)
    assert [event["event"] for event in events(shop) if event["source"] == source] == ["Before", "After"]
    [kept] = shop.quarantine.list(file=source)
    assert (kept.rule, shop.quarantine.count() - before) == ("too_large", 1)


@pytest.mark.parametrize("sdk", [sdk for sdk in SDKS if sdk.program.endswith(".py")], ids=lambda sdk: sdk.name)
def test_with_a_wrong_key_it_does_not_try_again(sdk: Sdk, server: Served) -> None:
    step = {"call": "track", "event": "Seen", "anonymousId": "a", "properties": {}}
    with way(server.port) as through:
        played(sdk, [step], through.address, "guessed")
    assert sent_to_the_log(through) == [401]


def sent_to_the_log(through: Way) -> list[int]:
    return [status for path, status in through.answers if "flags" not in path]
