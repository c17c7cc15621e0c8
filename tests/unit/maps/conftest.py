"""Hand-made readings, so that the drawing is tested without data."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from periplo.maps import MapReading
from support_maps import sample


@pytest.fixture
def make_reading() -> Callable[..., MapReading]:
    return sample
