"""BG/NBD by lifetimes."""

import numpy as np
from lifetimes import BetaGeoFitter


def prepare(path: str):
    return np.load(path)


def answer(table):
    fitted = BetaGeoFitter().fit(table["frequency"], table["recency"], table["age"])
    return [float(fitted.params_[name]) for name in ("r", "alpha", "a", "b")]
