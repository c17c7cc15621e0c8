"""Where the parts of an embedded shop lie on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The folder of a shop and what lies in it."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "periplo.toml"

    @property
    def log(self) -> Path:
        return self.root / "log.db"

    @property
    def state(self) -> Path:
        return self.root / "state.db"

    @property
    def access(self) -> Path:
        return self.root / "access.db"

    @property
    def access_key(self) -> Path:
        """What second factors are sealed with; made with the first of them."""
        return self.root / "access.key"

    @property
    def lake(self) -> Path:
        return self.root / "lake" / "events"

    @property
    def maps(self) -> Path:
        return self.root / "maps"

    @property
    def plan(self) -> Path:
        return self.root / "plan"

    @property
    def segments(self) -> Path:
        return self.root / "segments.yaml"

    @property
    def cache(self) -> Path:
        """Safe to delete: made again when missing."""
        return self.root / "cache"

    @property
    def staging(self) -> Path:
        """What an import works on before its commit."""
        return self.root / "staging"

    @property
    def privacy(self) -> Path:
        """Small secrets, and what is remembered of erasures."""
        return self.root / "privacy"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"
