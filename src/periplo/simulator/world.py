"""What all parts of one simulation share: its size and seed, the parameters, the clocks, the pool of texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

import numpy as np

from periplo.simulator.arrays import I64, Bool
from periplo.simulator.catalogue import Catalogue
from periplo.simulator.parameters import Incident, Parameters, Words, parameters, words
from periplo.simulator.rhythm import Clocks, clocks
from periplo.simulator.texts import Texts


@dataclass
class World:
    """One simulation. ``texts`` grows while its parts are drawn."""

    customers: int
    days: int
    seed: int
    parameters: Parameters = field(default_factory=parameters)
    words: Words = field(default_factory=words)
    texts: Texts = field(default_factory=Texts)

    @cached_property
    def clocks(self) -> Clocks:
        return clocks(self.parameters, self.days)

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue.of(self.words, self.parameters.shop.currency, self.texts)

    def random(self, part: str) -> np.random.Generator:
        """The random stream of one part: drawing more in one part changes nothing in another."""
        return np.random.default_rng([self.seed, crc32(part.encode())])

    def planted(self) -> list[Incident]:
        """The incidents that lie at least partly inside the window."""
        return [incident for incident in self.parameters.incidents if incident.first < self.days]

    def during(self, incident: Incident, instant: I64) -> Bool:
        first, last = self.clocks.days(incident.first, incident.last)
        return (first <= instant) & (instant < last)

    def campaign(self, name: str) -> int:
        return next(number for number, campaign in enumerate(self.parameters.campaigns) if campaign.name == name)

    def category(self, slug: str) -> int:
        return next(number for number, category in enumerate(self.words.categories) if category.slug == slug)
