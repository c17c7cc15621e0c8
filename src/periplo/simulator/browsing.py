"""What customers look at: first pages, lists, searches, products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from periplo.simulator.arrays import F64, I64, Bool, choose, place_within
from periplo.simulator.identities import Identities
from periplo.simulator.kinds import Kind
from periplo.simulator.people import APP, KIOSK, People
from periplo.simulator.script import FORM, LANDING, STEPS, Script
from periplo.simulator.surroundings import Surroundings
from periplo.simulator.texts import Texts, inside
from periplo.simulator.visits import ADS, EMAIL, Needs
from periplo.simulator.walks import CART, LOOK, PRODUCT, Walks
from periplo.simulator.world import World

MIX = {
    "product": Kind.PRODUCT_VIEWED,
    "list": Kind.LIST_VIEWED,
    "search": Kind.PRODUCTS_SEARCHED,
    "filter": Kind.LIST_FILTERED,
    "help": Kind.HELP_PAGE,
    "stores": Kind.STORES_PAGE,
    "promotion": Kind.PROMOTION_VIEWED,
}
"""The steps of browsing by their names in the parameters."""


@dataclass(frozen=True)
class Steps:
    """Steps of browsing: in which visit, at which place of it, what is seen."""

    visit: I64
    place: F64
    kind: I64
    category: I64
    product: I64


def arrive(
    texts: Texts, identities: Identities, surroundings: Surroundings, walks: Walks, signs: Bool, script: Script
) -> None:
    """The first page or screen of every visit, the advertisement before it, the address that a mail's link brings."""
    visits = walks.visits
    everyone = np.arange(len(walks))
    landing = surroundings.of_landings(visits)
    by_ad = np.flatnonzero(visits.entry == ADS)
    script.add(by_ad, LANDING, Kind.AD_CLICKED, more=landing[by_ad])
    in_app = visits.slot == APP
    on_web = np.where(visits.campaign >= 0, Kind.LANDING_PAGE, Kind.HOME_PAGE)
    script.add(everyone, LANDING + 1, np.where(in_app, Kind.HOME_SCREEN, on_web), more=landing)
    by_mail = np.flatnonzero(visits.entry == EMAIL)
    script.add(by_mail, LANDING + 1.5, Kind.IDENTIFY, body=identities.address + visits.customer[by_mail])
    leave = np.flatnonzero(signs)
    script.add(leave, FORM, Kind.FORM_SUBMITTED, body=texts.one(inside({"form": "newsletter"})))
    script.add(leave, FORM + 1, Kind.IDENTIFY, body=identities.address + visits.customer[leave])


def browse(world: World, people: People, needs: Needs, walks: Walks, script: Script) -> None:
    """The steps of every visit that goes on behind its first page."""
    rng, facts = world.random("browsing"), world.parameters.browsing
    further = np.flatnonzero(walks.depth >= LOOK)
    depth = walks.depth[further]
    mean = np.array([0.0, *(facts.steps[name] for name in ("look", "product", "cart"))])[np.minimum(depth, CART)]
    counts = 1 + rng.poisson(mean) + (depth >= PRODUCT)
    visit = np.repeat(further, counts)
    turn = place_within(counts)
    sees = np.repeat(depth >= PRODUCT, counts)
    final = (turn == np.repeat(counts, counts) - 1) & sees
    kind = _mix(rng.random(len(visit)), facts.mix, sees, walks.visits.slot[visit] == APP)
    kind[final] = Kind.PRODUCT_VIEWED
    need = walks.visits.need[visit]
    aside = (rng.random(len(visit)) < facts.off_topic) & ~final
    anything = choose(rng.random(len(visit)), [c.weight for c in world.words.categories])
    category = np.where(aside, anything, needs.category[need])
    product = world.catalogue.draw(category, rng.random(len(visit)), facts.popularity)
    product[final] = needs.basket[need[final], 0]
    _speak(world, people, walks, Steps(visit, STEPS + turn.astype(float), kind, category, product), script, rng)


def _mix(u: F64, mix: dict[str, float], sees: Bool, in_app: Bool) -> I64:
    """Kinds of steps by their shares; without products where a visit sees none."""
    kinds = np.array([MIX[name] for name in mix])
    shares = np.array(list(mix.values()))
    kind = kinds[np.where(sees, choose(u, shares), choose(u, shares * (kinds != Kind.PRODUCT_VIEWED)))]
    kind = np.where(in_app & (kind == Kind.HELP_PAGE), Kind.HELP_SCREEN, kind)
    return np.where(in_app & (kind == Kind.STORES_PAGE), Kind.HOME_SCREEN, kind).astype(np.int64)


def _speak(world: World, people: People, walks: Walks, steps: Steps, script: Script, rng: np.random.Generator) -> None:
    """Write the steps down, each with what it is about, and the rare things that happen beside them."""
    shown, facts, kind = world.catalogue, world.parameters.browsing, steps.kind
    slot, locale = walks.visits.slot[steps.visit], people.locale[walks.visits.customer[steps.visit]]
    search = shown.search_text(steps.category, rng.random(len(kind)), rng.random(len(kind)) < facts.nothing)
    product, listed = kind == Kind.PRODUCT_VIEWED, np.isin(kind, (Kind.LIST_VIEWED, Kind.LIST_FILTERED))
    about = (shown.product_text(steps.product, locale), shown.list_texts + steps.category, search)
    offer = world.texts.one(inside({"promotion_id": "portada", "name": "Portada"}))
    offered = np.where(kind == Kind.PROMOTION_VIEWED, offer, 0)
    body = np.select([product, listed, kind == Kind.PRODUCTS_SEARCHED], about, offered)
    place = (shown.product_pages + steps.product, shown.list_pages + steps.category)
    named = [kind == Kind.HELP_PAGE, kind == Kind.STORES_PAGE]
    pages = np.select(
        [product, listed, *named], [*place, shown.pages["help"], shown.pages["stores"]], shown.pages["home"]
    )
    pages = np.where(slot == APP, 0, pages)
    script.add(steps.visit, steps.place, kind, more=pages, body=body)
    u, error = rng.random(len(kind)), world.texts.one(inside({"message": "Algo ha ido mal. Vuelva a intentarlo."}))
    beside = (
        (Kind.WISHED, product & (u < facts.wish), body),
        (Kind.SHARED, product & (u > 1 - facts.share) & (slot != KIOSK), body),
        (Kind.ERROR_SHOWN, ~product & (u < facts.error), np.full(len(kind), error)),
    )
    for what, happens, said in beside:
        rows = np.flatnonzero(happens)
        script.add(steps.visit[rows], steps.place[rows] + 0.5, what, more=pages[rows], body=said[rows])
