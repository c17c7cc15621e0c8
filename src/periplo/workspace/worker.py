"""A server's worker: what goes on behind its requests, in a process of its own.

It does what ``periplo worker`` does, tells the server of each step, and ends with it.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from periplo.errors import PeriploError
from periplo.operation import set_up, stopping
from periplo.operation.beside import Beside, say, until_alone
from periplo.operation.memory import spare
from periplo.workspace.shop import Shop
from periplo.workspace.working import Told

MODULE = "periplo.workspace.worker"


class _Step(msgspec.Struct, array_like=True):
    name: str
    seconds: float
    events: int


def worker_beside(path: Path, told: Told) -> Beside:
    """The worker of a shop, to be started; ``told`` hears of each step."""

    def heard(line: bytes) -> None:
        with suppress(msgspec.MsgspecError):  # the last word of one that was killed
            step = msgspec.json.decode(line, type=_Step)
            told(step.name, step.seconds, step.events)

    return Beside(MODULE, [str(path.absolute())], heard)


def tell(name: str, seconds: float, events: int) -> None:
    """Tells the server of a step."""
    say(msgspec.json.encode(_Step(name, seconds, events)))


def main(path: Path) -> None:
    """Works until it is asked to end, and ends this process."""
    spare()
    with Shop.open(path) as shop:
        set_up(shop.settings.logs.level, shop.settings.logs.format)
        work = shop.work(tell)
        until_alone(work.end)
        with stopping(work.end):
            work.run()
    logging.shutdown()
    os._exit(0)  # taking an interpreter apart beside the threads of native libraries was seen to hang


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except PeriploError as error:
        sys.exit(str(error))
