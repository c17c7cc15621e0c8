"""A process beside this one: started, watched, started again when it dies, ended with this one."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic

from periplo.operation.memory import SPARING

log = logging.getLogger("periplo.work")

PAUSES_S: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Before it is started again for the first time, the second, …; the last one from then on."""

LONG_S = 60.0
"""What lived so long and dies, dies for the first time again."""

PATIENCE_S = 10.0
"""How long it may take to end when it is asked to. What it has not committed then was not done."""


class Beside:
    """A Python module that runs as a process of its own as long as this one does.

    Its stdin ends when it shall end, also when this process is killed: see ``until_alone``. Each line of its stdout is
    ``heard``, in a thread; its stderr is ours. Ctrl-C in our terminal does not reach it.
    """

    def __init__(self, module: str, given: Sequence[str], heard: Callable[[bytes], None]) -> None:
        self._command = [sys.executable, "-P", "-m", module, *given]
        self._heard, self._ending, self._lock = heard, Event(), Lock()
        self._thread = Thread(target=self._tend, name="periplo-beside", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.deaths = 0
        """How often it ended by itself since it was first started."""
        self.in_a_row = 0
        """How often of these without having lived for long in between."""

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Asks it to end."""
        with self._lock:
            self._ending.set()
            if self._process and self._process.stdin:
                self._process.stdin.close()

    def stop(self) -> None:
        """Asks it to end, and waits for that; it is killed where it takes too long."""
        self.end()
        if not self._thread.ident:
            return
        self._thread.join(PATIENCE_S + 1)
        if self._process:
            self._process.kill()
            self._thread.join()

    def _tend(self) -> None:
        pause_s = 0.0
        while not self._ending.wait(pause_s):
            began = monotonic()
            code = self._live()
            if self._ending.is_set():
                return
            self.deaths, self.in_a_row = self.deaths + 1, 1 if monotonic() - began > LONG_S else self.in_a_row + 1
            pause_s = PAUSES_S[min(self.in_a_row, len(PAUSES_S)) - 1]
            log.error("The worker ended by itself (%s); it is started again in %g s.", code, pause_s)

    def _live(self) -> int | str:
        """One life of the process; how it ended."""
        try:
            process = self._started()
        except OSError as error:
            return str(error)
        if process is None:
            return 0
        assert process.stdout
        with process.stdout as said:
            for line in said:
                self._heard(line)
        code = process.wait()
        with self._lock:
            self._process = None
        return code

    def _started(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ending.is_set():
                return None
            paths = os.pathsep.join(filter(None, sys.path))  # it finds what we have found
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=SPARING | os.environ | {"PYTHONPATH": paths},
                start_new_session=True,
            )
            return self._process


def until_alone(end: Callable[[], object]) -> None:
    """In the process beside: calls ``end`` once the other wants it to end, or has died. Where that takes too long, this
    process ends anyway."""

    def wait() -> None:
        while os.read(0, 1 << 10):
            pass
        end()
        Event().wait(PATIENCE_S)
        os._exit(1)

    Thread(target=wait, name="periplo-alone", daemon=True).start()


def say(line: bytes) -> None:
    """In the process beside: lets the other hear a line, if it is still there."""
    with suppress(BrokenPipeError):
        os.write(1, line + b"\n")
