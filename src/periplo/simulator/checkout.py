"""From the cart to the order: what a visit does that has found something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from periplo.simulator.accounts import Accounts
from periplo.simulator.arrays import F64, I64, Bool, Whole
from periplo.simulator.decisions import Outcome
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders, OrderTexts, basket_value
from periplo.simulator.people import APP, NEVER, People
from periplo.simulator.script import (
    BASKET_LINES,
    CART_SEEN,
    CHECKOUT_AT,
    COUPON_AT,
    DONE,
    LATE_LOGIN,
    LOGIN,
    NEVER_LOGGED,
    PAYMENT_AT,
    STOCK,
    Script,
)
from periplo.simulator.texts import hex_texts, inside, more
from periplo.simulator.visits import BASKET, Needs
from periplo.simulator.walks import CART, CHECKOUT, ORDER, PAYMENT, Walks
from periplo.simulator.world import World

QUANTITIES = 4


@dataclass
class Counter:
    """Everything that the steps of buying need to know."""

    world: World
    people: People
    needs: Needs
    outcome: Outcome
    walks: Walks
    accounts: Accounts
    orders: Orders
    order_texts: OrderTexts
    identities: Identities
    script: Script

    def __post_init__(self) -> None:
        visits = self.walks.visits
        self.rng = self.world.random("checkout")
        self.need, self.customer = visits.need, visits.customer
        self.on_web = visits.slot != APP
        carts, self.cart = np.unique(self.walks.cart, return_inverse=True)
        codes = hex_texts(self.world.seed + 1, carts)
        self.cart_texts = self.world.texts.add(pc.binary_join_element_wise('"cart_id":"', codes, '"', ""))
        self.in_cart = self.world.texts.add(pc.binary_join_element_wise(',"cart_id":"', codes, '"', ""))
        lines = [
            pc.binary_join_element_wise(f',"quantity":{n + 1},"cart_id":"', codes, '"', "") for n in range(QUANTITIES)
        ]
        self.line_texts = [self.world.texts.add(line) for line in lines]
        # the visit in which a need meets the troubles of paying
        elsewhere = self.outcome.trouble.elsewhere[self.need]
        self.pays = np.where(
            self.walks.returns, elsewhere, self.walks.decides & ~self.outcome.trouble.missing[self.need]
        )

    def step(self, visit: I64, place: float, kind: Kind, page: str, *, body: Whole = -1, extra: Whole = 0) -> None:
        """One step of the visits on a named page; the body is their cart unless another is given."""
        pages = np.where(self.on_web[visit], self.world.catalogue.pages[page], 0)
        about = self.cart_texts + self.cart[visit] if isinstance(body, int) and body < 0 else body
        self.script.add(visit, place, kind, more=pages, body=about, extra=extra)

    def identify(self, visit: I64, place: float, first: int) -> None:
        self.script.add(visit, place, Kind.IDENTIFY, body=first + self.customer[visit])


def fill_carts(at: Counter) -> None:
    """What the app lacks, what is put into the cart and taken out again, and the look into it."""
    trouble, world, depth = at.outcome.trouble, at.world, at.walks.depth
    lacking = at.walks.decides & (at.outcome.cart & ~trouble.scared & trouble.missing)[at.need]
    _line(at, np.flatnonzero(lacking), STOCK, Kind.OUT_OF_STOCK, line=0, in_cart=False)
    full = at.walks.decides | at.walks.returns
    for line in range(BASKET):
        adds = (depth >= CART) & (at.needs.basket[at.need, line] >= 0) & (full | (line == 0))
        visits = np.flatnonzero(adds)
        if line:
            _line(at, visits, BASKET_LINES + 10 * line, Kind.PRODUCT_VIEWED, line=line, in_cart=False)
        _line(at, visits, BASKET_LINES + 10 * line + 5, Kind.PRODUCT_ADDED, line=line, in_cart=True)
    u = at.rng.random(len(depth))
    removes = np.flatnonzero((depth == CART) & (u < world.parameters.buying.walk_out))
    _line(at, removes, CART_SEEN + 1, Kind.PRODUCT_REMOVED, line=0, in_cart=True)
    at.step(np.flatnonzero((depth >= CART) & ((depth >= CHECKOUT) | (u < 0.7))), CART_SEEN, Kind.CART_VIEWED, "cart")


def _line(at: Counter, visits: I64, place: float, kind: Kind, *, line: int, in_cart: bool) -> None:
    need, shown = at.need[visits], at.world.catalogue
    product, pieces = at.needs.basket[need, line], at.needs.pieces[need, line]
    pages = np.where(at.on_web[visits], shown.product_pages + product, 0)
    extra = np.array(at.line_texts)[pieces - 1] + at.cart[visits] if in_cart else 0
    body = shown.product_text(product, at.people.locale[at.customer[visits]])
    at.script.add(visits, place, kind, more=pages, body=body, extra=extra)


def check_out(at: Counter) -> None:
    """Checkout, coupon, payment and order."""
    depth, trouble, texts = at.walks.depth, at.outcome.trouble, at.world.texts
    begun = np.flatnonzero(depth >= CHECKOUT)
    goods, _ = basket_value(at.world, at.needs, at.outcome, at.need[begun])
    value = texts.add(
        [f',"value":{cents / 100},"currency":"{at.world.parameters.shop.currency}"' for cents in goods.tolist()]
    )
    at.step(begun, CHECKOUT_AT, Kind.CHECKOUT_STARTED, "checkout", extra=value + np.arange(len(begun)))
    _coupons(at, np.flatnonzero((depth >= CHECKOUT) & at.pays & (trouble.coupon >= 0)[at.need]))
    paying = np.flatnonzero(depth >= PAYMENT)
    at.step(paying, PAYMENT_AT - 10, Kind.CHECKOUT_STEP, "checkout", extra=texts.one(more({"step": 1})))
    methods = [texts.one(more({"payment_method": method})) for method in at.world.parameters.buying.methods]
    method = np.array(methods)[trouble.method[at.need[paying]]]
    at.step(paying, PAYMENT_AT, Kind.PAYMENT_ENTERED, "checkout", extra=method)
    _failures(at, np.flatnonzero((depth >= PAYMENT) & at.pays & trouble.failed[at.need]), methods)
    done = np.flatnonzero(depth == ORDER)
    number = np.empty(len(at.needs), dtype=np.int64)
    number[at.orders.need] = np.arange(len(at.orders))
    body, extra = at.order_texts.full + number[at.need[done]], at.in_cart + at.cart[done]
    at.step(done, DONE, Kind.ORDER_COMPLETED, "checkout", body=body, extra=extra)


def _coupons(at: Counter, visits: I64) -> None:
    facts = [{"coupon": campaign.coupon} for campaign in at.world.parameters.campaigns]
    used = at.outcome.trouble.coupon[at.need[visits]]
    denied = at.outcome.trouble.denied[at.need[visits]]
    plain = at.world.texts.add([more(fact) for fact in facts])
    why = at.world.texts.add([more(fact | {"reason": "Código no válido"}) for fact in facts])
    at.step(visits, COUPON_AT, Kind.COUPON_ENTERED, "checkout", extra=plain + used)
    for happens, kind, first in ((~denied, Kind.COUPON_APPLIED, plain), (denied, Kind.COUPON_DENIED, why)):
        at.step(visits[happens], COUPON_AT + 1, kind, "checkout", extra=first + used[happens])


def _failures(at: Counter, visits: I64, methods: list[int]) -> None:
    """One to three refused payments, then perhaps another way to pay."""
    names = list(at.world.parameters.buying.methods)
    refused = at.world.texts.one(more({"payment_method": "card", "reason": "declined"}))
    tries = 1 + at.rng.integers(0, 3, len(visits))
    for turn in range(3):
        at.step(visits[tries > turn], PAYMENT_AT + 1 + turn, Kind.PAYMENT_FAILED, "checkout", extra=refused)
    trouble, need = at.outcome.trouble, at.need[visits]
    again = visits[trouble.otherwise[need] | (trouble.later & trouble.elsewhere)[need]]
    at.step(again, PAYMENT_AT + 5, Kind.PAYMENT_ENTERED, "checkout", extra=methods[names.index("paypal")])


def log_in(at: Counter) -> F64:
    """Who signs in, where guests leave their address, who makes an account; from which place each visit is known."""
    visits, depth, accounts = at.walks.visits, at.walks.depth, at.accounts
    since = accounts.since[at.customer]
    makes = (depth == ORDER) & accounts.makes[at.need]
    has_account: Bool = (since < visits.at) & (since != NEVER) & ~makes
    login_from = np.where(accounts.logged & has_account, 0.0, NEVER_LOGGED)
    _sign_in(at, accounts.logged & has_account & (at.rng.random(len(depth)) < 0.4), LOGIN, login_from)
    _sign_in(at, ~accounts.logged & has_account & (depth >= PAYMENT), LATE_LOGIN, login_from)
    guests = np.flatnonzero((depth >= PAYMENT) & ~has_account)
    at.identify(guests, PAYMENT_AT - 9, at.identities.guest)
    made = np.flatnonzero(makes)
    login_from[made] = DONE + 2
    at.identify(made, DONE + 2, at.identities.account)
    at.step(made, DONE + 3, Kind.SIGNED_UP, "account", body=at.world.texts.one(inside({"method": "checkout"})))
    return login_from


def _sign_in(at: Counter, happens: Bool, place: float, login_from: F64) -> None:
    visits = np.flatnonzero(happens)
    login_from[visits] = place
    at.identify(visits, place, at.identities.account)
    at.step(visits, place + 1, Kind.SIGNED_IN, "account", body=at.world.texts.one(inside({"method": "password"})))
