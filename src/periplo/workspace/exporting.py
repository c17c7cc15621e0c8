"""Everything that a shop knows of one person, as files that the person can take away."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pyarrow as pa

from periplo.errors import UsageError
from periplo.events.schema import STORED
from periplo.log import Reject
from periplo.privacy.redacting import names_in_text
from periplo.profiles import Profile
from periplo.workspace.stores import Stores

FORMAT = "periplo person 1"
_ABOUT, _UNFINISHED = "about.json", ".unfinished"


def exported(stores: Stores, profile: Profile, events: pa.Table) -> dict[str, bytes]:
    """The files by name: about, profile, identifiers and links as JSON, events and refused rows as JSON lines."""
    texts = stores.identity.subject(stores.identity.ids_of(profile.number)).texts
    refused = list(stores.quarantine.about(names_in_text(texts)))
    about = {
        "format": FORMAT,
        "shop": stores.settings.name,
        "exported_at": datetime.now(UTC),
        "customer": profile.number,
        "events": events.num_rows,
        "refused": len(refused),
    }
    return {
        _ABOUT: _json(about),
        "profile.json": _json(profile),
        "identifiers.json": _json(texts),
        "links.json": _json(stores.identity.links(profile.number)),
        "events.jsonl": _lines(_event(row) for row in events.select(STORED.names).to_pylist()),
        "refused.jsonl": _lines(_refused(row) for row in refused),
    }


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as one zip."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return whole.getvalue()


def write(files: Mapping[str, bytes], target: Path) -> None:
    """Writes the files into a new or empty folder, or as one ``.zip``. Raises ``UsageError`` where that cannot be.

    In a folder ``about.json`` comes last: without it the export was killed, and another one takes its place.
    """
    try:
        if target.suffix.lower() == ".zip":
            _put(target, zipped(files))
            return
        target.mkdir(parents=True, exist_ok=True)
        there = {file.name.removesuffix(_UNFINISHED) for file in target.iterdir()}
        if (target / _ABOUT).exists() or not there <= files.keys():
            raise UsageError(
                "{target} is not empty.", fix="Name a new folder, or a file that ends in .zip.", target=target
            )
        for name in sorted(files, key=_ABOUT.__eq__):
            _put(target / name, files[name])
    except OSError as error:
        raise UsageError("{target} cannot be written: {reason}.", target=target, reason=error.strerror) from error


def _put(file: Path, body: bytes) -> None:
    """A file that is whole as soon as it is there; what a killed export left of it goes with the next one."""
    unfinished = file.with_name(file.name + _UNFINISHED)
    unfinished.write_bytes(body)
    unfinished.replace(file)


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """All that an event says, what it brought as JSON unpacked."""
    told = {name: value for name, value in row.items() if value is not None}
    return told | {name: msgspec.json.decode(told[name]) for name in ("properties", "context") if name in told}


def _refused(row: Reject) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("file", "line", "field", "header", "raw", "rejected_at")}


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    # Not msgspec's JSON: a refused row may hold what is no Unicode.
    return "".join(json.dumps(row, default=_iso) + "\n" for row in rows).encode()


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
