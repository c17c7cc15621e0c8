"""Runs in the peers' environment: ``__main__.py SCRIPT REPEATS ARGUMENTS...`` prints the answer and the seconds."""

import json
import sys
from importlib import import_module
from time import perf_counter


def main(script: str, repeats: str, *arguments: str) -> None:
    peer = import_module(script)
    prepared = peer.prepare(*arguments)
    answer = peer.answer(prepared)
    seconds = []
    for _ in range(int(repeats)):
        begun = perf_counter()
        peer.answer(prepared)
        seconds.append(perf_counter() - begun)
    print("\n" + json.dumps({"answer": answer, "seconds": seconds}, default=lambda value: value.item()))


if __name__ == "__main__":
    main(*sys.argv[1:])
