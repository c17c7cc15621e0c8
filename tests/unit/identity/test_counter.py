"""Purchases at the counter join the customer: by card, by the e-receipt's address, by the QR code on the receipt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from periplo.identity import Identity
from support_identity import Row, events

Feed = Callable[..., list[int]]
TILL: Row = {"order": "T-1@pos"}


def test_a_receipt_alone_is_nobodys(identity: Identity, feed: Feed) -> None:
    feed({"user_id": "ana", "email": "ana@x.es"}, TILL)
    assert not identity.persons(identity.customers_of(_till())).any()


@pytest.mark.parametrize(
    ("known_by", "told_later"),
    [
        ({"user_id": "ana", "loyalty_card": "77"}, {"order": "T-1@pos", "loyalty_card": "77"}),
        ({"user_id": "ana", "email": "ana@x.es"}, {"order": "T-1@pos", "email": "Ana@x.es"}),
        ({"user_id": "ana", "anonymous_id": "phone"}, {"order": "T-1@pos", "anonymous_id": "phone"}),
    ],
    ids=["loyalty card", "e-receipt", "QR code"],
)
@pytest.mark.parametrize("receipt_first", [True, False])
def test_a_receipt_joins_whom_a_later_event_names(
    identity: Identity, feed: Feed, known_by: Row, told_later: Row, receipt_first: bool
) -> None:
    feed(*((TILL, known_by) if receipt_first else (known_by, TILL)))
    ana, till = _numbers(identity)
    assert ana != till
    feed(told_later)
    ana, till = _numbers(identity)
    assert ana == till
    assert identity.persons(np.array([till])).all()


def _numbers(identity: Identity) -> list[int]:
    return identity.customers_of(events([{"user_id": "ana"}])).tolist() + identity.customers_of(_till()).tolist()


def _till() -> pa.Table:
    return events([TILL]).set_column(0, "source", [["pos"]])
