"""Attribution of a table of paths, without events: PathData, or an export of another tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike

from periplo.analysis.attribution.credits import Paths, Sharing
from periplo.analysis.attribution.models import MODELS, ROWS, Model, check_memory, shares_by_place
from periplo.analysis.attribution.result import Credits
from periplo.analysis.attribution.table import Table
from periplo.errors import UnknownName, UsageError
from periplo.journeys.columns import F64, I64, Bool

TIMELESS = tuple(model for model in MODELS if model != "time_decay")
"""The models that need no times: paths in a table have none."""
_MOST_UNITS = 1 << 60


def of_paths(
    paths: Sequence[str] | Sequence[Sequence[str]] | pa.Array | pa.ChunkedArray,
    conversions: ArrayLike | None = None,
    *,
    value: ArrayLike | None = None,
    nulls: ArrayLike | None = None,
    separator: str = ">",
    models: Sequence[Model] | None = None,
    weights: Mapping[str, float] | None = None,
    markov_order: int = 1,
    direct: Sequence[str] = (),
    costs: Mapping[str, float] | None = None,
    currency: str | None = None,
) -> Credits:
    """Who gets the credit for the conversions of paths that are already counted.

    ``paths``        a text with touches between separators ("search > email"), or a list of touches, for each path
    ``conversions``  how often each converted (whole numbers; one each where not given)
    ``value``        what those conversions brought, all together, in any unit: results are in the same
    ``nulls``        how often each ended without a conversion (0 where not given; the Markov chain needs them)
    ``models``       all that need no times, unless given
    ``weights``      of the model ``custom``: first, middle, last
    ``direct``       touches that ``last_non_direct`` passes over
    ``costs``        what was spent on each kind of touch, in the unit of ``value``

    Raises ``UsageError`` where columns differ in length or hold what they cannot, ``UnknownName`` for a model, a place
    in a path, or a touch in ``direct`` or ``costs`` that no path has.
    """
    check_memory(markov_order)
    chosen = _models(models, weights)
    names, kind, high = _coded(paths, separator)
    low = np.append(0, high)[: len(high)]
    converted = _whole(conversions, len(high), 1, "conversions")
    earned = _numbers(value, len(high), "value")
    unit = _unit(np.abs(earned).sum())
    nothing = np.zeros(len(high), np.int64)
    by_path = tuple(model for model in chosen if model in ROWS)
    sharing = Sharing(by_path, _mask(names, direct), 1.0, shares_by_place(weights), markov_order)
    tally = sharing.tally(
        Paths(
            kind=kind,
            moment=np.zeros(len(kind), np.int64),
            low=low,
            high=high,
            converted=converted,
            ended=_whole(nulls, len(high), 0, "nulls"),
            group=nothing,
            money=np.where(converted > 0, np.rint(earned * unit), 0).astype(np.int64),
            purse=nothing,
        )
    )
    spent = np.full((1, len(names)), np.nan)
    for name, cost in (costs or {}).items():
        spent[0, _place(name, names)] = cost
    return Table(names, [currency or ""], unit, chosen).credits(sharing.found(tally), spent)


def _models(models: Sequence[Model] | None, weights: Mapping[str, float] | None) -> list[Model]:
    known = [model for model in TIMELESS if model != "custom" or weights is not None]
    for model in models or ():
        if model not in known:
            raise UnknownName("model", model, known)
    return list(models or known)


def _coded(paths: Sequence[str] | Sequence[Sequence[str]] | pa.Array, separator: str) -> tuple[list[str], I64, I64]:
    """The names of touches, the code of each touch, and where each path ends."""
    given = paths if isinstance(paths, pa.Array | pa.ChunkedArray) else pa.array(list(paths))
    given = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    if pa.types.is_string(given.type) or pa.types.is_large_string(given.type):
        given = pc.split_pattern(pc.fill_null(given, ""), separator)
    given = given.cast(pa.list_(pa.string()))
    size = pc.fill_null(pc.list_value_length(given), 0).to_numpy(zero_copy_only=False)
    flat = given.flatten()
    coded = (pc.fill_null(flat, "") if flat.null_count else flat).dictionary_encode()
    plain = pc.utf8_trim_whitespace(coded.dictionary).dictionary_encode()
    kind = plain.indices.to_numpy(zero_copy_only=False).astype(np.int64)[coded.indices.to_numpy(zero_copy_only=False)]
    return _without_blanks(plain.dictionary.to_pylist(), kind, np.cumsum(size, dtype=np.int64))


def _without_blanks(names: list[str], kind: I64, high: I64) -> tuple[list[str], I64, I64]:
    """A touch without a name is none: an empty text is a path without touches."""
    if "" not in names:
        return names, kind, high
    blank = names.index("")
    kept = np.append(0, np.cumsum(kind != blank))
    kind = kind[kind != blank]
    return names[:blank] + names[blank + 1 :], kind - (kind > blank), kept[high]


def _numbers(given: ArrayLike | None, n: int, name: str) -> F64:
    if given is None:
        return np.zeros(n)
    numbers = np.asarray(given, np.float64)
    if numbers.shape != (n,):
        raise UsageError("There {n:is|are} {n} {n:path|paths}, and {m} of “{name}”.", n=n, m=numbers.size, name=name)
    if not np.isfinite(numbers).all():
        raise UsageError("“{name}” must be numbers.", name=name)
    return numbers


def _whole(given: ArrayLike | None, n: int, default: int, name: str) -> I64:
    if given is None:
        return np.full(n, default, np.int64)
    numbers = _numbers(given, n, name)
    if (numbers < 0).any() or (numbers != np.rint(numbers)).any():
        raise UsageError("“{name}” must be whole numbers from 0 up.", name=name)
    return numbers.astype(np.int64)


def _unit(total: float) -> float:
    """The finest power of two in which all the money can be counted."""
    return 2.0 ** np.floor(np.log2(_MOST_UNITS / total)) if total > 0 and isfinite(total) else 1.0


def _mask(names: Sequence[str], direct: Sequence[str]) -> Bool:
    mask = np.zeros(len(names), np.bool_)
    mask[[_place(name, names) for name in direct]] = True
    return mask


def _place(name: str, names: Sequence[str]) -> int:
    if name not in names:
        raise UnknownName("touch", name, names)
    return names.index(name)
