"""Readings that are hard to draw: few and many stages, nobody and everybody, long and hostile names."""

from __future__ import annotations

from collections.abc import Callable

from periplo.maps import Words

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
EVENT = "Internal Warehouse Replenishment Notification Acknowledged v2"
HOSTILE = "<script>alert('x')</script> & \"quotes\" ]]> \x00\x08 \u202etxt"
NAMES = ("Awareness", LONG, EVENT, HOSTILE, "مرحبا بكم في المتجر", "🎉🛒 compra 🎉", "Loyalty", "Advocacy")


def stages(number: int, name: Callable[[int], str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"s{place}", name(place), name(place)) for place in range(number))


def flow(number: int, scale: int) -> tuple[tuple[int, int, int], ...]:
    return tuple((scale // (n + 1), scale // (n + 2), scale // (n + 1) - scale // (n + 2)) for n in range(number))


CASES = {
    "as usual": {},
    "three stages": {"stages": stages(3, "Stage {}".format), "flow": flow(3, 900)},
    "eight stages of long and strange names": {"stages": stages(8, lambda n: NAMES[n]), "flow": flow(8, 54_321)},
    "twelve stages": {"stages": stages(12, "Stage {}".format), "flow": flow(12, 1_000)},
    "one stage": {"stages": stages(1, "Only {}".format), "flow": ((10, 4, 3),)},
    "nobody": {"flow": ((0, 0, 0),) * 6},
    "one customer": {"flow": ((1, 1, 0), (1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0))},
    "a thousand million": {"flow": flow(6, 1_000_000_000)},
    "long texts": {
        "title": Words(en=f"{EVENT} {LONG} {EVENT}", es=f"{LONG} {EVENT} {LONG}"),
        "description": Words(en=f"{EVENT} " * 12, es=f"{LONG} " * 9),
        "persona": Words(en=LONG, es=LONG),
        "persona_description": Words(en=f"{EVENT} " * 9, es=f"{EVENT} " * 9),
        "filters": Words(en=f"{LONG} {EVENT} {LONG}", es=f"{LONG} {EVENT} {LONG}"),
        "simulated": True,
    },
}
