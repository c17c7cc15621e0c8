"""The doctor called to a folder: also to a shop that cannot even be opened."""

from __future__ import annotations

from pathlib import Path

from periplo.errors import BadSettings, BadVocabulary
from periplo.workspace.doctor import Finding, trouble
from periplo.workspace.shop import Shop


def check(path: Path | str) -> list[Finding]:
    """What the doctor finds of the shop in a folder; nothing is mended. Raises ``NotAShop``."""
    try:
        return Shop.open(path, repair=False).doctor()
    except BadSettings as error:
        return [trouble("settings", error)]
    except BadVocabulary as error:
        return [trouble("vocabulary", error)]
