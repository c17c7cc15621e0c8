"""A shop served by a process of its own, as ``periplo serve`` does it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from support import ROOT

OpenPage = Callable[..., Any]
"""Opens an address in a browser: ``open_page(address, lang=, theme=, width=, height=)``, a playwright ``Page``."""

Serve = Callable[..., "Served"]
"""What ``served`` does, for as long as a test and its pages last: ``serve(shop)``."""

IMPATIENT = f"sys.path.insert(0, {str(ROOT / 'tests')!r}); from working_apart import impatient; impatient(); "
"""What ``served`` may do first."""

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

    def children(self) -> list[int]:
        """The processes that it has started, and that live."""
        found = (int(file.name) for file in Path("/proc").glob("[0-9]*"))
        return [one for one in found if state(one)[1] == self.process.pid]

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


def state(process: int) -> tuple[str, int]:
    """The letter of a process's state, and its parent; X for one that is not there."""
    with suppress(OSError):
        _, _, rest = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(") ")
        return rest.split()[0], int(rest.split()[1])
    return "X", 0


def elsewhere(program: str, shop: Path) -> None:
    """Runs Python in another process, with ``shop`` the opened shop and the modules of the tests at hand."""
    start = "import sys, small_shop; from periplo.workspace import Shop; shop = Shop.open(sys.argv[1]); "
    paths = filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")])
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    subprocess.run([sys.executable, "-c", start + program, str(shop)], check=True, env=env, timeout=120)


def measured(text: str) -> dict[tuple[str, ...], float]:
    """The samples of ``/metrics`` by their name and the values of their labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
