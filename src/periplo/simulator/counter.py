"""What the steps of buying need to know of the visits that buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from periplo.simulator.accounts import Accounts
from periplo.simulator.arrays import I64, Bool, Whole
from periplo.simulator.decisions import Outcome
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders, OrderTexts
from periplo.simulator.people import APP, People
from periplo.simulator.script import Script
from periplo.simulator.texts import hex_texts
from periplo.simulator.visits import Needs
from periplo.simulator.walks import Walks
from periplo.simulator.world import World

QUANTITIES = 4
"""The most pieces of one product in a basket."""


@dataclass(frozen=True)
class Carts:
    """``number``: the cart of each visit. Texts, one per cart: ``alone`` names it, ``further`` does so behind something
    else, ``lines[n - 1]`` with a quantity of n before it."""

    number: I64
    alone: int
    further: int
    lines: I64

    @classmethod
    def of(cls, world: World, cart: I64) -> Carts:
        distinct, number = np.unique(cart, return_inverse=True)
        codes = hex_texts(world.seed + 1, distinct)

        def texts(before: str) -> int:
            written: pa.Array = pc.binary_join_element_wise(f'{before}"cart_id":"', codes, '"', "")
            return world.texts.add(written)

        lines = [texts(f',"quantity":{pieces},') for pieces in range(1, QUANTITIES + 1)]
        return cls(number, texts(""), texts(","), np.array(lines))


@dataclass(frozen=True)
class Counter:
    """Everything about the visits that buy; what is planned goes into ``script``."""

    world: World
    people: People
    needs: Needs
    outcome: Outcome
    walks: Walks
    accounts: Accounts
    orders: Orders
    order_texts: OrderTexts
    identities: Identities
    carts: Carts
    script: Script

    @property
    def need(self) -> I64:
        return self.walks.visits.need

    @property
    def customer(self) -> I64:
        return self.walks.visits.customer

    @property
    def pays(self) -> Bool:
        """The visits in which a need meets the troubles of paying."""
        trouble = self.outcome.trouble
        here = self.walks.decides & ~trouble.missing[self.need]
        return np.where(self.walks.returns, trouble.elsewhere[self.need], here)

    def seen(self, visit: I64, page: Whole) -> I64:
        """The page that visits see: an app has none."""
        return np.where(self.walks.visits.slot[visit] == APP, 0, page)

    def step(
        self, visit: I64, place: float, kind: Kind, page: str, *, body: Whole | None = None, extra: Whole = 0
    ) -> None:
        """One step of the visits on a named page; the body is their cart unless another is given."""
        about = self.carts.alone + self.carts.number[visit] if body is None else body
        pages = self.seen(visit, self.world.catalogue.pages[page])
        self.script.add(visit, place, kind, more=pages, body=about, extra=extra)

    def identify(self, visit: I64, place: float, first: int) -> None:
        """Traits told by the visits; ``first`` is where those of each customer begin."""
        self.script.add(visit, place, Kind.IDENTIFY, body=first + self.customer[visit])
