"""Kinds of identifiers, and the columns identity reads of an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from periplo.events.schema import IDENTIFIERS, INSTANT

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
Bool = NDArray[np.bool_]

KINDS = (*IDENTIFIERS, "order")
"""Kinds by their code. An order is known by "order_id@source": two systems may count their orders alike."""

ORDER = KINDS.index("order")
USER = KINDS.index("user_id")
KNOWN = KINDS.index("anonymous_id")
"""Kinds before this one tell who somebody is. An order joins a visitor to them, but never two who are both known:
a present has a buyer and a receiver."""

DEVICES = tuple(KINDS.index(kind) for kind in ("anonymous_id",))
"""Kinds that several people may share: they stop joining once too many user_ids were seen with them."""

COLUMNS = ("source", *IDENTIFIERS, "order_id")
"""The columns of an event that tell whose it is."""

SETS = pa.schema(
    [
        *((kind, pa.string()) for kind in KINDS),
        ("previous_id", pa.string()),  # the anonymous_id that the same visitor had before, or has on another device
        ("seq", pa.int64()),  # of the first event with this set of identifiers
        ("occurred_at", INSTANT),
        ("source", pa.string()),
        ("event", pa.string()),
    ]
)
"""Distinct sets of identifiers that events carry, in the order of the sequence."""

Normalise = Callable[[str, pa.Array], pa.Array]
"""The normal form of a column of identifiers of a kind; null where a value is no identifier."""


def order_keys(order_id: Any, source: Any) -> pa.Array:
    """The identifiers of kind "order" of two event columns."""
    return pc.binary_join_element_wise(order_id, source, "@")


def normal_orders(keys: pa.Array, normalise: Normalise) -> pa.Array:
    """Order identifiers with the order id in its normal form; null where it is none."""
    parts = [key.rpartition("@") for key in keys.to_pylist()]
    ids = normalise("order_id", pa.array([part[0] for part in parts], pa.string())).to_pylist()
    whole = [None if found is None else f"{found}@{part[2]}" for found, part in zip(ids, parts, strict=True)]
    return pa.array(whole, pa.string())
