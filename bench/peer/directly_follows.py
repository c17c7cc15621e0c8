"""The directly-follows graph as pm4py counts it (AGPL: never a dependency, only measured against)."""

from typing import Any

import pandas as pd
import pm4py


def prepare(file: str) -> pd.DataFrame:
    table = pd.read_parquet(file)
    return pm4py.format_dataframe(table, case_id="user_id", activity_key="event", timestamp_key="timestamp")


def answer(table: pd.DataFrame) -> Any:
    """How often each pair follows directly."""
    graph, _, _ = pm4py.discover_dfg(table)
    return {f"{a}\t{b}": n for (a, b), n in graph.items()}
