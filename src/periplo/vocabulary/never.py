"""Values that are never an identifier (SEMANTICS 2): placeholders that would join strangers."""

from __future__ import annotations

from collections.abc import Iterable

from periplo.vocabulary.globs import any_of

_AROUND = " \t\r\n\"'`“”«»‘’"


class NeverIdentifiers:
    """``value in never``: blank, or on the list, in any case and also in quotes; ``*`` fits any characters."""

    def __init__(self, patterns: Iterable[str]) -> None:
        folded = [pattern.strip(_AROUND).casefold() for pattern in patterns]
        self.exact = frozenset(pattern for pattern in folded if "*" not in pattern) | {""}
        self.globs = tuple(pattern for pattern in folded if "*" in pattern)
        self._begins = tuple(pattern.partition("*")[0] for pattern in self.globs)
        self._globs = any_of(self.globs)

    def __contains__(self, value: str) -> bool:
        bare = value.strip(_AROUND).casefold()
        return bare in self.exact or (bare.startswith(self._begins) and self._globs.match(bare) is not None)
