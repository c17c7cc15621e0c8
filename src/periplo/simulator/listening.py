"""What customers say of their orders: satisfaction, recommendation, reviews."""

from __future__ import annotations

import numpy as np

from periplo.simulator.after import Parcels
from periplo.simulator.arrays import DAY_MS, HOUR_MS, I64, choose
from periplo.simulator.desk import Desk
from periplo.simulator.kinds import Kind
from periplo.simulator.orders import Orders, OrderTexts
from periplo.simulator.people import People
from periplo.simulator.texts import more
from periplo.simulator.world import World

CONTENT = 4
"""The lowest satisfaction of those who review and share."""

PROMOTER = 9
"""The lowest answer of those who recommend, of 10 (Net Promoter Score)."""


def listen(world: World, people: People, orders: Orders, parcels: Parcels, texts: OrderTexts, desk: Desk) -> None:
    """Surveys after delivery, and what the content do of their own accord."""
    rng, after, rows = world.random("listening"), world.parameters.after, parcels.rows
    n = len(rows)
    u = rng.random(n)
    score = 1 + np.where(parcels.late, choose(u, after.score_late), choose(u, after.score_on_time))
    shown = world.clocks.visits.later(parcels.delivered, 0.6 + rng.random(n))
    answered = world.clocks.visits.later(shown, 0.02 + rng.exponential(0.6, n))
    body = texts.brief + rows
    csat = world.texts.one(more({"survey": "csat", "scale": 5}))
    desk.tell_of(Kind.SURVEY_SHOWN, "survey", orders, rows, shown, body=body, extra=csat)
    says = np.flatnonzero(rng.random(n) < after.survey)
    said = _answers(world, people.locale[orders.customer[rows[says]]], score[says], rng)
    desk.tell_of(Kind.SURVEY_ANSWERED, "survey", orders, rows[says], answered[says], body=body[says], extra=said)
    _recommend(world, orders, parcels, score, shown, texts, desk, rng)
    content = score >= CONTENT
    for kind, share, days in ((Kind.REVIEWED, after.review, 4.0), (Kind.SHARED, after.shared, 3.0)):
        does = np.flatnonzero(content & (rng.random(n) < share))
        later = world.clocks.visits.later(parcels.delivered[does], 0.3 + rng.exponential(days, len(does)))
        rating = world.texts.add([more({"rating": value}) for value in range(6)]) + score[does]
        desk.tell_of(kind, "survey", orders, rows[does], later, body=body[does], extra=rating)


def _answers(world: World, locale: I64, score: I64, rng: np.random.Generator) -> I64:
    """Answers with their score, some with a sentence in the customer's language."""
    comments, commented = world.words.comments, rng.random(len(score)) < world.parameters.after.comment
    chosen = rng.integers(0, 60, len(score))
    rows = zip(score.tolist(), locale.tolist(), commented.tolist(), chosen.tolist(), strict=True)
    facts = [
        {"survey": "csat", "scale": 5, "score": value}
        | ({"comment": comments[value - 1][which % len(comments[value - 1])][language]} if with_text else {})
        for value, language, with_text, which in rows
    ]
    return world.texts.add([more(fact) for fact in facts]) + np.arange(len(facts))


def _recommend(
    world: World,
    orders: Orders,
    parcels: Parcels,
    score: I64,
    shown: I64,
    texts: OrderTexts,
    desk: Desk,
    rng: np.random.Generator,
) -> None:
    """Would you recommend us: 0 to 10, close to the satisfaction with the order."""
    does = np.flatnonzero(rng.random(len(score)) < world.parameters.after.nps)
    value = np.clip(np.rint(score[does] * 2 + rng.normal(0, 1.1, len(does))), 0, 10).astype(np.int64)
    first = world.texts.add([more({"survey": "nps", "scale": 10, "score": n}) for n in range(11)])
    at = shown[does] + 4 * DAY_MS + rng.integers(0, HOUR_MS, len(does))
    for kind, some in ((Kind.RECOMMENDED, value >= PROMOTER), (Kind.SURVEY_ANSWERED, value < PROMOTER)):
        rows = parcels.rows[does[some]]
        desk.tell_of(kind, "survey", orders, rows, at[some], body=texts.brief + rows, extra=first + value[some])
