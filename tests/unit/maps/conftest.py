"""Hand-made readings, so that the drawing is tested without data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from periplo.analysis.result import Evidence
from periplo.maps.reading import Cell, Item, LaneReading, MapReading, StageReading
from periplo.maps.words import Words

sys.path.insert(0, str(Path(__file__).parent))

STAGES = (
    ("awareness", "Awareness", "Descubrimiento"),
    ("consideration", "Consideration", "Consideración"),
    ("purchase", "Purchase", "Compra"),
    ("service", "Service", "Servicio"),
    ("loyalty", "Loyalty", "Fidelización"),
    ("advocacy", "Advocacy", "Recomendación"),
)
FLOW = (
    (18_240, 14_310, 2_612),
    (15_120, 6_480, 6_930),
    (6_910, 4_350, 2_270),
    (4_120, 2_010, 980),
    (2_240, 760, 640),
    (910, 402, 210),
)
LISTS = {
    "touchpoints": (
        ("Ads click", "Clic desde anuncios"),
        ("Web product page", "Ficha de producto en la web"),
        ("Email click", "Clic por correo"),
        ("App product page", "Ficha de producto en la app"),
    ),
    "actions": (
        ("Product viewed", "Producto visto"),
        ("Product list viewed", "Listado visto"),
        ("Products searched", "Búsqueda de productos"),
        ("Product added to wishlist", "Producto añadido a favoritos"),
    ),
    "channels": (("Web", "Web"), ("App", "App"), ("Email", "Correo")),
    "content": (
        ("Garden › Lamps", "Jardín › Lámparas"),
        ("/summer-sale", "/rebajas-de-verano"),
        ("“blue lamp”", "«lámpara azul»"),
    ),
    "entries": (("Ads click", "Clic desde anuncios"), ("Search page", "Página desde buscadores")),
    "exits": (("Web checkout", "Proceso de pago en la web"), ("App cart", "Carrito en la app")),
}
CAPTION = Words(en="customers", es="clientes")
LANES = {
    "customers": ("Customers", "Clientes"),
    "touchpoints": ("Touchpoints", "Puntos de contacto"),
    "actions": ("Actions", "Acciones"),
    "channels": ("Channels", "Canales"),
    "content": ("Content", "Contenido"),
    "entries": ("Entries", "Entradas"),
    "exits": ("Exits", "Salidas"),
    "time": ("Time in stage", "Tiempo en la etapa"),
    "drop_off": ("Drop-off", "Abandono"),
    "metrics": ("Metrics", "Métricas"),
    "emotion": ("Emotion", "Emoción"),
}
NOTES = {
    "goals": ("Find something that fits without losing the afternoon", "Encontrar algo que encaje sin perder la tarde"),
    "thoughts": ("Is this the same price as in the store?", "¿Tiene el mismo precio que en la tienda?"),
    "pains": ("Delivery costs appear only at the last step", "Los gastos de envío aparecen en el último paso"),
    "backstage": ("Search index, stock service, price rules", "Índice de búsqueda, existencias, reglas de precio"),
}


def numbers(names: tuple[tuple[str, str], ...], n: int, stage: str, lane: str) -> tuple[Item, ...]:
    return tuple(
        Item(
            what=str(rank),
            label=Words(en=en, es=es),
            value=n // (rank + 2),
            unit="customers",
            n=n,
            ref=f"stage/{stage}/{lane}/{rank}",
            share=1 / (rank + 2),
        )
        for rank, (en, es) in enumerate(names)
    )


def cell(lane: str, stage: str, flow: tuple[int, int, int]) -> Cell:
    n, on, dropped = flow
    place = f"stage/{stage}"
    if lane in LISTS:
        return Cell(stage=stage, items=numbers(LISTS[lane], n, stage, lane) if n else ())
    if not n or lane == "customers":
        return Cell(stage=stage)
    if lane == "time":
        median = Item(
            what="median",
            label=Words(en="median", es="mediana"),
            value=n * 17.0,
            unit="seconds",
            n=on,
            ref=f"{place}/went_on",
        )
        slow = Item(
            what="p90", label=Words(en="p90", es="p90"), value=n * 170.0, unit="seconds", n=on, ref=f"{place}/went_on"
        )
        return Cell(stage=stage, items=(median, slow))
    if lane == "drop_off":
        item = Item(
            what="dropped",
            label=Words(en="dropped", es="abandonan"),
            value=dropped / n,
            unit="share",
            n=n,
            ref=f"{place}/dropped",
        )
        return Cell(stage=stage, items=(item,))
    if lane == "emotion":
        return Cell(
            stage=stage,
            items=(Item(what="mood", label=Words(en="mood", es="ánimo"), value=(n % 7 - 3) / 1.7, unit="mood", n=0),),
        )
    conversion = Item(
        what="conversion",
        label=Words(en="Go on to the next stage", es="Pasan a la etapa siguiente"),
        value=on / n,
        unit="share",
        n=n,
        ref=f"{place}/went_on",
    )
    money = (
        Item(what="orders", label=Words(en="Orders", es="Pedidos"), value=n, unit="orders", n=n),
        Item(
            what="revenue", label=Words(en="Revenue", es="Ingresos"), value=n * 4_370, unit="money", n=n, currency="EUR"
        ),
        Item(
            what="aov",
            label=Words(en="Average order value", es="Valor medio del pedido"),
            value=4_370,
            unit="money",
            n=n,
            currency="EUR",
        ),
    )
    return Cell(stage=stage, items=(conversion, *money) if stage in ("purchase", "loyalty") else (conversion,))


DRAWN = {
    "customers": "flow", "time": "time", "drop_off": "rate", "metrics": "measures", "emotion": "curve"
}  # fmt: skip


def sample(
    stages: tuple[tuple[str, str, str], ...] = STAGES,
    flow: tuple[tuple[int, int, int], ...] = FLOW,
    lanes: tuple[str, ...] = (*LANES, *NOTES),
    **changes: object,
) -> MapReading:
    """A reading of the given stages and lanes."""
    made = []
    for lane in lanes:
        if lane in NOTES:
            en, es = NOTES[lane]
            cells = tuple(Cell(stage=stage, notes=(Words(en=en, es=es),)) for stage, _, _ in stages)
            label = Words(
                en=lane.capitalize(),
                es={"goals": "Objetivos", "thoughts": "Pensamientos", "pains": "Puntos débiles"}.get(
                    lane, "Entre bastidores"
                ),
            )
            made.append(LaneReading(id=lane, label=label, drawn="notes", cells=cells))
            continue
        cells = tuple(cell(lane, stage[0], part) for stage, part in zip(stages, flow, strict=True))
        if lane == "emotion" and not any(one.items for one in cells):
            continue
        en, es = LANES[lane]
        made.append(
            LaneReading(
                id=lane, label=Words(en=en, es=es), drawn=DRAWN.get(lane, "ranking"), caption=CAPTION, cells=cells
            )
        )
    fields = {
        "title": Words(en="Journey of our customers", es="El recorrido de nuestros clientes"),
        "description": Words(en="From the first contact to the recommendation, over all channels.", es="Del primer contacto a la recomendación, en todos los canales."),
        "persona": Words(en="Everybody", es="Todos"),
        "evidence": Evidence(
            customers=20_000, events=1_004_311, known_share=0.871,
            since=datetime(2025, 1, 1, tzinfo=UTC), until=datetime(2025, 4, 30, 23, 59, tzinfo=UTC),
        ),
        "patience_s": 30 * 86_400.0,
        "stages": tuple(
            StageReading(id=name, label=Words(en=en, es=es), goal=Words(en="Help them choose", es="Ayudar a elegir"), customers=n // 3, entered=n, went_on=on, dropped=lost, still_open=n - on - lost)
            for (name, en, es), (n, on, lost) in zip(stages, flow, strict=True)
        ),
        "lanes": tuple(made),
    }  # fmt: skip
    return MapReading(**(fields | changes))


@pytest.fixture
def make_reading() -> Callable[..., MapReading]:
    return sample
