"""A shop served by a process of its own, as ``periplo serve`` does it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OpenPage = Callable[..., Any]
"""Opens an address in a browser: ``open_page(address, lang=, theme=, width=, height=)``, a playwright ``Page``."""

PROGRAM = "import sys; from periplo.server import serve; from periplo.workspace import Shop; {first}{call}"


@dataclass
class Served:
    """The process, the address it printed, and all it printed until then."""

    process: subprocess.Popen[str]
    address: str
    said: str

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ends it as Ctrl-C does; answers the exit code."""
        self.process.send_signal(how)
        return self.process.wait(30)


@contextmanager
def served(
    shop: Path, options: str = "", port: int = 0, first: str = "", shops: str = "Shop.open(sys.argv[1])"
) -> Iterator[Served]:
    """``options``: further arguments of ``serve``, such as ``host='0.0.0.0'``; ``first``: what the process does
    before, in Python, ending in a semicolon; ``shops``: what it serves, in Python."""
    call = f"serve({shops}, port={port}{', ' + options if options else ''})"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(call=call, first=first), str(shop)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PERIPLO_LANG": "en"},
    )
    try:
        said = _until_ready(process)
        found = re.search(r"http://\S+", said)
        assert found, f"no address in: {said} (ended: {process.poll()})"
        yield Served(process, found[0], said)
    finally:
        process.kill()
        process.wait()


def _until_ready(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    return said


def elsewhere(program: str, shop: Path) -> None:
    """Runs Python in another process, with ``shop`` the opened shop and the modules of the tests at hand."""
    start = "import sys, small_shop; from periplo.workspace import Shop; shop = Shop.open(sys.argv[1]); "
    paths = filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")])
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    subprocess.run([sys.executable, "-c", start + program, str(shop)], check=True, env=env, timeout=120)
