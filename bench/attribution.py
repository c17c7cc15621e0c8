"""Exact attribution: PathData against ChannelAttribution's simulation, and events of a crowd."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from bench.crowd import Crowd
from bench.measuring import Figure, repeated, within
from bench.peers import ROOT, ask_peer
from periplo.analysis.attribution import Credits, of_paths

PATHDATA = ROOT / ".cache" / "oracles" / "mta" / "data" / "data.csv.gz"
REPEATS, GOAL, SECONDS = 7, 10.0, 10.0
KNOWN, NEAR = 0.2238451, 0.03
"""The probability of a conversion that PathData is known to have, and how far a simulation may be from an effect."""


def figures() -> Iterator[Figure]:
    yield from against_simulation()
    yield from of_events()


def against_simulation() -> Iterator[Figure]:
    table = pathdata()

    def ours() -> Credits:
        return of_paths(**table, models=["markov", "shapley"])

    peer = ask_peer("channelattribution", PATHDATA, repeats=REPEATS)
    if peer is None:
        return
    ours_s, peer_s = repeated(ours, REPEATS), median(peer.seconds)
    equal = round(ours().probability, 7) == KNOWN and _near(ours(), peer.answer)
    yield Figure(
        name="Markov and Shapley of PathData's 10,000 paths, exact, from texts",
        ours_s=ours_s,
        peer="Markov by ChannelAttribution's simulation",
        peer_s=peer_s,
        ratio=peer_s / ours_s,
        goal=f"{GOAL:g} times faster",
        equal=equal,
        met=equal and peer_s / ours_s >= GOAL,
    )


def of_events(crowd: Crowd | None = None) -> Iterator[Figure]:
    """All models over all events, with money left out: the crowd has none."""
    journeys = (crowd or Crowd(events=10_000_000)).journeys()
    columns = journeys.columns
    touched = columns.time_us.nbytes + columns.event.nbytes + columns.channel.nbytes + columns.offsets.nbytes
    seconds = repeated(journeys.attribution, 3)
    orders = int((columns.event == columns.code("Order Completed")).sum())
    found = journeys.attribution().all
    equal = orders == found.conversions == round(sum(each.credit("linear").conversions for each in found.attributed))
    name = f"attribution of {columns.events / 1e6:g} M events by channel, all models"
    yield within(name, seconds, SECONDS, equal=equal, touched=touched)


def pathdata() -> dict[str, Any]:
    with gzip.open(PATHDATA, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        "paths": [row["path"] for row in rows],
        "conversions": [int(row["total_conversions"]) for row in rows],
        "value": [float(row["total_conversion_value"]) for row in rows],
        "nulls": [int(row["total_null"]) for row in rows],
    }


def _near(found: Credits, simulated: Mapping[str, float]) -> bool:
    effects = {each.name: each.credit("markov").removal_effect or 0.0 for each in found.attributed}
    return all(abs(effects[name] - effect) < NEAR for name, effect in simulated.items())
