"""What customers answer in surveys: NPS, CSAT and CES, each on the scale of its question."""

from __future__ import annotations

from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from periplo.analysis.counting import coded
from periplo.analysis.facts import Facts
from periplo.analysis.kpi.spec import Measured, Spec
from periplo.journeys.columns import F64, I64

Scoring = Literal["top", "top_two", "mean"]
SCALES = {"nps": 10.0, "csat": 5.0, "ces": 7.0}
"""The best answer, where the event's ``scale`` does not say another."""
_ANSWERED = (("Survey Answered",),)


class Answers(NamedTuple):
    """The ``row`` of each answer to a kind of survey, its ``score``, and the best one its ``scale`` allows."""

    row: I64
    score: F64
    scale: F64


def answers(facts: Facts, survey: str) -> Answers:
    rows = facts.rows("Survey Answered")
    scores, kinds = facts.part.properties.column("score"), coded(facts.part, "survey")
    if not isinstance(scores, np.ndarray) or kinds is None:
        return Answers(rows[:0], np.empty(0), np.empty(0))
    asked = np.array([value.casefold() == survey for value in kinds.values] + [False])
    rows = rows[asked[kinds.codes[rows]] & ~np.isnan(scores[rows])]
    given = facts.part.properties.column("scale")
    scale = given[rows] if isinstance(given, np.ndarray) else np.full(len(rows), np.nan)
    return Answers(rows, scores[rows], np.where(np.isnan(scale), SCALES[survey], scale))


def scale_of(survey: str, scales: F64) -> str:
    """The scales of all answers in words: 0-10, or 1-5."""
    return ", ".join(f"{_lowest(survey, best)}-{best:g}" for best in scales)


def promoters(facts: Facts) -> Measured:
    """+100 for 9 and 10, -100 for 0 to 6; of five answers +100 for the best, -100 for the worst."""
    rows, score, scale = answers(facts, "nps")
    ten = scale >= SCALES["nps"]
    best, worst = np.where(ten, score >= 9, score >= scale), np.where(ten, score <= 6, score <= 1)
    return Measured(rows, 100 * (best.astype(np.int64) - worst))


def scored(facts: Facts, survey: str, scoring: Scoring) -> Measured:
    rows, score, scale = answers(facts, survey)
    return Measured(rows, score if scoring == "mean" else score >= scale - (scoring == "top_two"))


def scored_by_channel(facts: Facts, survey: str, scoring: Scoring) -> Measured:
    found = scored(facts, survey, scoring)
    return found._replace(split=facts.part.channel[found.row].astype(np.int64))


def figures(scoring: Scoring) -> tuple[Spec, ...]:
    csat, ces = (partial(scored, survey=survey, scoring=scoring) for survey in ("csat", "ces"))
    unit: Literal["number", "share"] = "number" if scoring == "mean" else "share"
    return (
        Spec(
            "nps",
            "NPS",
            "Share of 9 and 10 minus share of 0 to 6, in points; of five answers, very likely minus very unlikely. "
            "Scale: {scale}.",
            "number",
            "ratio",
            promoters,
            _ANSWERED,
            "score",
            survey="nps",
        ),
        Spec("csat", "CSAT", MEANINGS[scoring], unit, "ratio", csat, _ANSWERED, "score", survey="csat"),
        Spec("ces", "CES", MEANINGS[scoring], unit, "ratio", ces, _ANSWERED, "score", survey="ces"),
        Spec(
            "csat_spread",
            "CSAT spread between channels",
            "Highest minus lowest CSAT (share of the best answer) among channels with 30 answers or more, some with it "
            "and some without.",
            "share",
            "spread",
            partial(scored_by_channel, survey="csat", scoring="top"),
            _ANSWERED,
            "score",
            "channel",
            survey="csat",
            less=True,
        ),
    )


MEANINGS: dict[Scoring, str] = {
    "top": "The best answer / answers. Scale: {scale}.",
    "top_two": "The best two answers / answers. Scale: {scale}.",
    "mean": "The mean of the answers. Scale: {scale}.",
}


def _lowest(survey: str, best: float) -> int:
    return 0 if survey == "nps" and best >= SCALES["nps"] else 1
