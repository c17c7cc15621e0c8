"""What a kind of connector is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from periplo.connectors.connector import Delivery
from periplo.connectors.messages import Json

Make = Callable[[Any], list[Json]]
"""The messages of one report, none where it tells nothing; raises ``Missing`` and ``Unfit``."""


class Kind(NamedTuple):
    """``proven`` says whether a request comes from who has the secret; ``topics``: what is made of each report.

    ``topic`` names the report of a request, by its headers or its body. ``each``: a body is a list of reports.
    ``greeting``: a request that only asks whether somebody is here.
    """

    name: str
    proven: Callable[[str, Delivery], bool]
    topic: Callable[[Mapping[str, str], Any], str]
    topics: Mapping[str, Make]
    each: bool = False
    greeting: Callable[[Delivery], bool] = lambda _: False


def nothing(_: Any) -> list[Json]:
    """Of a report that tells nothing about a customer."""
    return []
