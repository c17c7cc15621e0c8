"""Chromium, spoken to over a pipe in its own protocol (CDP), so that nothing else has to be installed."""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Message = dict[str, Any]


def find_chromium() -> str | None:
    """The program, named by PERIPLO_CHROMIUM or found among the installed ones."""
    named = os.environ.get("PERIPLO_CHROMIUM")
    if named is not None:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """A browser without a window and without a past. ``heard`` are the events it told of, in order.

    Raises ``OSError`` where it cannot be started or goes away, ``TimeoutError`` where it does not answer.
    """

    def __init__(self, program: str) -> None:
        self._folder = TemporaryDirectory(prefix="periplo-chromium-", ignore_cleanup_errors=True)
        self.heard: list[Message] = []
        self._answers: dict[int, Message] = {}
        self._rest, self._asked, self._session = b"", 0, ""
        hears, self._to = os.pipe()
        self._from, tells = os.pipe()
        flags = ["--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--mute-audio"]
        flags += ["--no-sandbox"] if os.geteuid() == 0 else []

        def as_three_and_four() -> None:
            for far, near in [(fcntl.fcntl(end, fcntl.F_DUPFD, 10), at) for end, at in ((hears, 3), (tells, 4))]:
                os.dup2(far, near)

        self._process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={self._folder.name}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=as_three_and_four,
            pass_fds=(3, 4),
        )
        os.close(hears)
        os.close(tells)

    def __enter__(self) -> Chromium:
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._folder.cleanup()

    def ask(self, method: str, patience_s: float = 20, **params: object) -> Message:
        """One command and its answer; an empty one where the browser refuses."""
        self._asked += 1
        number = self._asked
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        if not self.listen(lambda: number in self._answers, patience_s):
            raise TimeoutError(f"{method}: no answer")
        answer: Message = self._answers.pop(number).get("result", {})
        return answer

    def listen(self, until: Callable[[], bool], patience_s: float) -> bool:
        """Hears what the browser says until something is so; whether it became so in time."""
        end = time.monotonic() + patience_s
        while not until():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                return until()
            said = os.read(self._from, 1 << 20)
            if not said:
                raise OSError("Chromium went away")
            *messages, self._rest = (self._rest + said).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers[message["id"]] = message
                else:
                    self.heard.append(message)
        return True
