"""A server's worker that is impatient: instead of ``periplo.workspace.worker`` in the tests, and as a script.

python working_apart.py SHOP
"""

from __future__ import annotations

import sys
from pathlib import Path

from periplo.log import kept
from periplo.operation import beside
from periplo.workspace import recording, worker, working


def impatient() -> None:
    """Little is much: all that happens rarely happens all the time; also in the worker of a server in this process."""
    recording.ARCHIVE_FROM, working.LOOK_S, worker.MODULE = 0, 0.001, "working_apart"
    recording.MOVED_AT_ONCE, recording.READ_AT_ONCE, kept.DROPPED_AT_ONCE = 1_500, 400, 600
    beside.PAUSES_S = (0.01,)


if __name__ == "__main__":
    impatient()
    worker.main(Path(sys.argv[1]))
