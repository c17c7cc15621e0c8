"""Peers that live in an environment of their own (``make peers``), asked in a process of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".cache" / "peers" / "bin" / "python"
SCRIPTS = Path(__file__).parent / "peer"
# No peer may send anything anywhere.
_QUIET = {
    "RETENTIONEERING_NO_TRACK": "1",
    "DO_NOT_TRACK": "1",
    "http_proxy": "http://0.0.0.0:9",
    "https_proxy": "http://0.0.0.0:9",
}


class Answer(msgspec.Struct, frozen=True):
    """What a peer answered (plain data), and the seconds of each run after the first."""

    answer: Any
    seconds: list[float]


def ask_peer(script: str, *arguments: Path | str | float, repeats: int = 3) -> Answer | None:
    """Runs ``bench/peer/<script>.py`` in the peers' environment; None, and a line that says so, where it is missing.

    The script has ``prepare(*arguments) -> Any``, arguments as texts, which is not timed, and ``answer(prepared)``,
    which is, and gives plain data.
    """
    if not PYTHON.exists():
        print(f"{script}: skipped: make peers")
        return None
    command = [PYTHON, SCRIPTS / "__main__.py", script, repeats, *arguments]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, env={**os.environ, **_QUIET})
    if done.returncode:
        print(f"{script}: skipped: the peer failed, see above")
        return None
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Answer)
