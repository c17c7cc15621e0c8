"""retentioneering's event stream (its telemetry is switched off: never a dependency, only measured against)."""

from typing import Any

import pandas as pd
from retentioneering import Eventstream

EDGES = {"path_start", "path_end"}
STEPS = 6


def prepare(file: str, question: str) -> tuple[Eventstream, str]:
    return Eventstream(pd.read_parquet(file)), question


def answer(asked: tuple[Eventstream, str]) -> Any:
    """How often each pair follows directly, or how many paths of all are at each event at each step."""
    stream, question = asked
    return _transitions(stream) if question == "transitions" else _steps(stream)


def _transitions(stream: Eventstream) -> dict[str, int]:
    counts = stream.transition_graph_data(edge_weight="count").stack()
    return {f"{a}\t{b}": n for (a, b), n in counts.items() if n and not EDGES & {a, b}}


def _steps(stream: Eventstream) -> list[dict[str, float]]:
    shares = stream.step_sankey_data(max_steps=STEPS)
    real = shares[~shares.index.isin(EDGES)]
    return [{name: share for name, share in real[step + 1].items() if share} for step in range(STEPS)]
