"""From the cart to the order: what a visit does that has found something."""

from __future__ import annotations

import numpy as np

from periplo.simulator.arrays import I64
from periplo.simulator.counter import Counter
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import basket_value
from periplo.simulator.script import BASKET_LINES, CART_SEEN, CHECKOUT_AT, COUPON_AT, DONE, PAYMENT_AT, STOCK
from periplo.simulator.texts import more
from periplo.simulator.visits import BASKET
from periplo.simulator.walks import CART, CHECKOUT, ORDER, PAYMENT

LOOKED_INTO = 0.7
"""Of carts that are left: were looked into."""


def fill_carts(counter: Counter) -> None:
    """What is out of stock, what is put into the cart and taken out again, and the look into it."""
    trouble, walks, basket = counter.outcome.trouble, counter.walks, counter.needs.basket[counter.need]
    lacking = walks.decides & (counter.outcome.cart & ~trouble.scared & trouble.missing)[counter.need]
    _line(counter, np.flatnonzero(lacking), STOCK, Kind.OUT_OF_STOCK, line=0, in_cart=False)
    full = walks.decides | walks.returns
    for line in range(BASKET):
        place = BASKET_LINES + 10 * line
        visits = np.flatnonzero((walks.depth >= CART) & (basket[:, line] >= 0) & (full | (line == 0)))
        if line:
            _line(counter, visits, place, Kind.PRODUCT_VIEWED, line=line, in_cart=False)
        _line(counter, visits, place + 5, Kind.PRODUCT_ADDED, line=line, in_cart=True)
    u, walk_out = counter.world.random("carts").random(len(walks)), counter.world.parameters.buying.walk_out
    removes = np.flatnonzero((walks.depth == CART) & (u < walk_out))
    looks = np.flatnonzero((walks.depth >= CHECKOUT) | ((walks.depth == CART) & (u < LOOKED_INTO)))
    counter.step(looks, CART_SEEN, Kind.CART_VIEWED, "cart")
    _line(counter, removes, CART_SEEN + 1, Kind.PRODUCT_REMOVED, line=0, in_cart=True)


def _line(counter: Counter, visits: I64, place: float, kind: Kind, *, line: int, in_cart: bool) -> None:
    need, shown = counter.need[visits], counter.world.catalogue
    product, pieces = counter.needs.basket[need, line], counter.needs.pieces[need, line]
    pages = counter.seen(visits, shown.product_pages + product)
    extra = counter.carts.lines[pieces - 1] + counter.carts.number[visits] if in_cart else 0
    body = shown.product_text(product, counter.people.locale[counter.customer[visits]])
    counter.script.add(visits, place, kind, more=pages, body=body, extra=extra)


def check_out(counter: Counter) -> None:
    """Checkout, coupon, payment and order."""
    depth, trouble, texts = counter.walks.depth, counter.outcome.trouble, counter.world.texts
    begun, paying = np.flatnonzero(depth >= CHECKOUT), np.flatnonzero(depth >= PAYMENT)
    _begin(counter, begun)
    _coupons(counter, begun[(counter.pays & (trouble.coupon >= 0)[counter.need])[begun]])
    counter.step(paying, PAYMENT_AT - 10, Kind.CHECKOUT_STEP, "checkout", extra=texts.one(more({"step": 1})))
    methods = texts.add([more({"payment_method": method}) for method in counter.world.parameters.buying.methods])
    method = methods + trouble.method[counter.need[paying]]
    counter.step(paying, PAYMENT_AT, Kind.PAYMENT_ENTERED, "checkout", extra=method)
    _failures(counter, paying[(counter.pays & trouble.failed[counter.need])[paying]], methods)
    _order(counter, np.flatnonzero(depth == ORDER))


def _begin(counter: Counter, visits: I64) -> None:
    goods, _ = basket_value(counter.world, counter.needs, counter.outcome, counter.need[visits])
    currency = counter.world.parameters.shop.currency
    value = counter.world.texts.add([more({"value": cents / 100, "currency": currency}) for cents in goods.tolist()])
    counter.step(visits, CHECKOUT_AT, Kind.CHECKOUT_STARTED, "checkout", extra=value + np.arange(len(visits)))


def _order(counter: Counter, visits: I64) -> None:
    number = np.empty(len(counter.needs), dtype=np.int64)
    number[counter.orders.need] = np.arange(len(counter.orders))
    body = counter.order_texts.full + number[counter.need[visits]]
    cart = counter.carts.further + counter.carts.number[visits]
    counter.step(visits, DONE, Kind.ORDER_COMPLETED, "checkout", body=body, extra=cart)


def _coupons(counter: Counter, visits: I64) -> None:
    facts = [{"coupon": campaign.coupon} for campaign in counter.world.parameters.campaigns]
    used = counter.outcome.trouble.coupon[counter.need[visits]]
    denied = counter.outcome.trouble.denied[counter.need[visits]]
    plain = counter.world.texts.add([more(fact) for fact in facts])
    why = counter.world.texts.add([more(fact | {"reason": "Código no válido"}) for fact in facts])
    counter.step(visits, COUPON_AT, Kind.COUPON_ENTERED, "checkout", extra=plain + used)
    for happens, kind, first in ((~denied, Kind.COUPON_APPLIED, plain), (denied, Kind.COUPON_DENIED, why)):
        counter.step(visits[happens], COUPON_AT + 1, kind, "checkout", extra=first + used[happens])


def _failures(counter: Counter, visits: I64, methods: int) -> None:
    """One to three refused payments, then perhaps another way to pay."""
    names = list(counter.world.parameters.buying.methods)
    refused = counter.world.texts.one(more({"payment_method": "card", "reason": "declined"}))
    tries = 1 + counter.world.random("failures").integers(0, 3, len(visits))
    for turn in range(3):
        counter.step(visits[tries > turn], PAYMENT_AT + 1 + turn, Kind.PAYMENT_FAILED, "checkout", extra=refused)
    trouble, need = counter.outcome.trouble, counter.need[visits]
    again = visits[trouble.otherwise[need] | (trouble.later & trouble.elsewhere)[need]]
    counter.step(again, PAYMENT_AT + 5, Kind.PAYMENT_ENTERED, "checkout", extra=methods + names.index("paypal"))
