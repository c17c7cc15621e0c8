"""As much as SDKs send at once is taken; what is too large is kept and takes nothing with it; a wrong key is final."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from periplo.workspace import Shop
from sdks import SDKS, Sdk, Step, played
from serving import Served
from support_collect import events
from unreliable import Way, way

FULL = [sdk._replace(name=f"{sdk.name}-full") for sdk in SDKS]
MANY = 100
LONG = "ñ漢🫖" * 1_280
"""About 30 KB as Python's SDKs write it."""


@pytest.fixture(scope="session")
def sent_full(shop: Shop, server: Served) -> None:
    """By all SDKs, what fills their batches."""

    def send(sdk: Sdk) -> None:
        told = {"anonymousId": f"{sdk.name}-phone"}
        steps = [{"call": "track", "event": f"Note {n}", "properties": {"long": LONG}, **told} for n in range(MANY)]
        with way(server.port) as through:
            played(sdk, steps, through.address, shop.sources.add(sdk.name).write_key)

    with ThreadPoolExecutor() as pool:
        list(pool.map(send, FULL))


@pytest.mark.usefixtures("sent_full")
@pytest.mark.parametrize("sdk", FULL, ids=lambda sdk: sdk.name)
def test_full_batches_arrive(sdk: Sdk, shop: Shop) -> None:
    found = [event for event in events(shop) if event["source"] == sdk.name]
    assert sorted(event["event"] for event in found) == sorted(f"Note {n}" for n in range(MANY))
    assert all(json.loads(event["properties"])["long"] == LONG for event in found)


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
