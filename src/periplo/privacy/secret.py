"""Small secrets in files of their own: made once, by whoever comes first, and readable to nobody else."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

BYTES = 32


def kept_secret(file: Path) -> bytes:
    """The secret in a file, made where there is none. Processes that begin together use the same; it is never seen
    half written."""
    with suppress(FileNotFoundError):
        return file.read_bytes()
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as new:
        new.write(secrets.token_bytes(BYTES))
        os.fsync(new.fileno())
    with suppress(FileExistsError):
        os.link(draft, file)
    if draft.stat().st_nlink == 1:
        destroy(draft)
    else:
        draft.unlink()
    return file.read_bytes()


def destroy(file: Path) -> None:
    """Overwrites a file and removes it; another process may have been first."""
    with suppress(FileNotFoundError):
        with file.open("r+b") as old:
            old.write(bytes(file.stat().st_size))
            old.flush()
            os.fsync(old.fileno())
        file.unlink()
