"""A worker that is impatient, in a process of its own: run as a script by the tests.

    python working_apart.py SHOP

It archives as soon as there is something, a little at a time, and ends as ``periplo worker`` does.
"""

from __future__ import annotations

import sys

from periplo.log import kept
from periplo.operation import stopping
from periplo.workspace import Shop, recording, working

if __name__ == "__main__":
    recording.ARCHIVE_FROM, working.LOOK_S = 0, 0.001
    recording.MOVED_AT_ONCE, recording.READ_AT_ONCE, kept.DROPPED_AT_ONCE = 150, 40, 60
    with Shop.open(sys.argv[1]) as shop:
        work = shop.work(lambda name, seconds, events: print(name, events, flush=True))
        print("working", flush=True)
        with stopping(work.end):
            work.run()
