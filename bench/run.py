"""Measures everything and says so: a table, ``bench/results.json`` and docs/reference/benchmarks.md.

A goal that was missed is printed, not an error; an answer that differs from the peer's is one.
"""

from __future__ import annotations

import sys

from bench import funnels, report, shops


def main() -> int:
    figures = [*funnels.figures(), *shops.figures()]
    report.show(figures)
    report.write(figures)
    return 0 if all(figure.equal for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
