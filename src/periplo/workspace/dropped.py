"""Files that were put away in drop folders, where they name a person: they go with the person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from periplo.privacy import Texts
from periplo.privacy.redacting import names_in_text
from periplo.workspace.stores import Stores


def naming(stores: Stores, texts: Texts) -> list[Path]:
    """Those that name who has these identifiers. What is in them is in the shop already, or came to nothing."""
    from periplo.intake.files.texts import texts_in  # reading files needs much that erasing seldom does

    named = names_in_text(texts)
    return [file for file in _put_away(stores) if any(map(named, texts_in(file)))]


def remove(stores: Stores, texts: Texts) -> None:
    """Removes those that name who has these identifiers, each with its report."""
    from periplo.intake.dropped import report_of

    for file in naming(stores, texts):
        file.unlink(missing_ok=True)
        report_of(file).unlink(missing_ok=True)


def _put_away(stores: Stores) -> Iterator[Path]:
    from periplo.intake.dropped import DONE, FAILED

    for name, drop in stores.settings.drops.items():
        folder = drop.place(stores.places.root, name)
        yield from (one for where in (DONE, FAILED) for one in sorted((folder / where).glob("*")) if one.is_file())
