"""Markov removal effects as ChannelAttribution simulates them (GPL: never a dependency, only measured against)."""

from typing import Any

import ChannelAttribution
import pandas as pd


def prepare(file: str) -> pd.DataFrame:
    return pd.read_csv(file)


def answer(table: pd.DataFrame) -> Any:
    """Removal effects by channel, with its defaults: paths are drawn until the effects move less than 5 %."""
    found = ChannelAttribution.markov_model(
        table,
        "path",
        "total_conversions",
        var_value="total_conversion_value",
        var_null="total_null",
        out_more=True,
        flg_pro=False,
        verbose=False,
    )
    effects = found["removal_effects"]
    return dict(zip(effects["channel_name"].tolist(), effects.iloc[:, 1].tolist(), strict=True))
