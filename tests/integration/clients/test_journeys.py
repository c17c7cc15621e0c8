"""Each SDK, unmodified but for its host, sends a journey: it arrives whole, once, with right times and identities."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from periplo.workspace import Shop
from sdks import SDKS, Sdk, Step, journey, played
from serving import Served
from support_sdks import arrived_once
from unreliable import Fault, Way, way

AGAIN = [sdk._replace(name=f"{sdk.name}-again") for sdk in SDKS if sdk.retries]
FAULTS: tuple[Fault, ...] = ("503", "429", "cut")


@pytest.mark.parametrize("sdk", SDKS, ids=lambda sdk: sdk.name)
def test_a_journey_arrives(sdk: Sdk, shop: Shop, server: Served) -> None:
    key, steps = shop.sources.add(sdk.name).write_key, journey(sdk)
    with way(server.port) as through:
        spans = played(sdk, steps, through.address, key)
    assert {status for _, status in through.answers} == {200}, through.answers
    customer = arrived_once(shop, sdk, steps, through)
    for event, step, (began, ended) in zip(customer, steps, spans, strict=True):
        assert "timestamp" in step or began <= event["original_at"] <= ended
        assert "timestamp" not in step or event["original_at"] == datetime.fromisoformat(step["timestamp"])


@pytest.fixture(scope="session")
def sent_again(shop: Shop, server: Served) -> dict[str, tuple[list[Step], Way]]:
    """By SDK, what it sent on a way that failed three times for each batch; all at once, for they mostly wait."""

    def send(sdk: Sdk) -> tuple[list[Step], Way]:
        steps, key = journey(sdk), shop.sources.add(sdk.name).write_key
        with way(server.port, FAULTS) as through:
            played(sdk, steps, through.address, key)
        return steps, through

    with ThreadPoolExecutor() as pool:
        found = pool.map(send, AGAIN)
        return {sdk.name: one for sdk, one in zip(AGAIN, found, strict=True)}


@pytest.mark.parametrize("sdk", AGAIN, ids=lambda sdk: sdk.name)
def test_what_was_refused_or_not_answered_comes_again_and_counts_once(
    sdk: Sdk, shop: Shop, sent_again: dict[str, tuple[list[Step], Way]]
) -> None:
    steps, through = sent_again[sdk.name]
    assert {*through.happened} == {*FAULTS}
    arrived_once(shop, sdk, steps, through)
