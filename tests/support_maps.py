"""Hand-made readings, so that the drawing is tested without data."""

from __future__ import annotations

from datetime import UTC, datetime

from periplo.analysis.result import Evidence
from periplo.maps.reading import Cell, Item, LaneReading, MapReading, StageReading
from periplo.maps.words import Words

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


LABELS = {
    "goals": Words(en="Goals", es="Objetivos"),
    "thoughts": Words(en="Thoughts", es="Pensamientos"),
    "pains": Words(en="Pains", es="Puntos débiles"),
    "backstage": Words(en="Backstage", es="Entre bastidores"),
}
DRAWN = {"customers": "flow", "time": "time", "drop_off": "rate", "metrics": "measures", "emotion": "curve"}
FIGURES = {
    "median": Words(en="median", es="mediana"),
    "p90": Words(en="90 % within", es="el 90 % en"),
    "dropped": Words(en="dropped", es="abandonan"),
    "mood": Words(en="mood", es="ánimo"),
    "conversion": Words(en="Go on to the next stage", es="Pasan a la etapa siguiente"),
    "orders": Words(en="Orders", es="Pedidos"),
    "revenue": Words(en="Revenue", es="Ingresos"),
    "aov": Words(en="Average order value", es="Valor medio del pedido"),
}


def ranking(lane: str, stage: str, n: int) -> tuple[Item, ...]:
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
        for rank, (en, es) in enumerate(LISTS[lane])
    )


def figures(lane: str, stage: str, flow: tuple[int, int, int]) -> tuple[Item, ...]:
    n, on, dropped = flow

    def figure(what: str, value: float, unit: str, n: int, ref: str = "", currency: str = "") -> Item:
        return Item(what=what, label=FIGURES[what], value=value, unit=unit, n=n, ref=ref, currency=currency)  # type: ignore[arg-type]

    went, lost = f"stage/{stage}/went_on", f"stage/{stage}/dropped"
    if lane == "time":
        return figure("median", n * 17.0, "seconds", on, went), figure("p90", n * 170.0, "seconds", on, went)
    if lane == "drop_off":
        return (figure("dropped", dropped / n, "share", n, lost),)
    if lane == "emotion":
        return (figure("mood", (n % 7 - 3) / 1.7, "mood", 0),)
    conversion = figure("conversion", on / n, "share", n, went)
    if stage not in ("purchase", "loyalty"):
        return (conversion,)
    money = (figure("revenue", n * 4_370, "money", n, "", "EUR"), figure("aov", 4_370, "money", n, "", "EUR"))
    return (conversion, figure("orders", n, "orders", n), *money)


def lane_of(name: str, stages: tuple[tuple[str, str, str], ...], flow: tuple[tuple[int, int, int], ...]) -> LaneReading:
    if name in NOTES:
        note = Words(en=NOTES[name][0], es=NOTES[name][1])
        cells = [Cell(stage=stage, notes=(note,)) for stage, _, _ in stages]
        return LaneReading(id=name, label=LABELS[name], drawn="notes", cells=tuple(cells))
    cells = []
    for (stage, _, _), part in zip(stages, flow, strict=True):
        make = ranking(name, stage, part[0]) if name in LISTS and part[0] else ()
        if name not in LISTS and name != "customers" and part[0]:
            make = figures(name, stage, part)
        cells.append(Cell(stage=stage, items=make))
    label = Words(en=LANES[name][0], es=LANES[name][1])
    return LaneReading(id=name, label=label, drawn=DRAWN.get(name, "ranking"), caption=CAPTION, cells=tuple(cells))  # type: ignore[arg-type]


def stage_of(names: tuple[str, str, str], flow: tuple[int, int, int], later: tuple[str, ...]) -> StageReading:
    (name, en, es), (n, on, lost) = names, flow
    return StageReading(
        id=name,
        label=Words(en=en, es=es),
        goal=Words(en="Help them choose", es="Ayudar a elegir"),
        customers=n // 3,
        entered=n,
        went_on=on,
        dropped=lost,
        still_open=n - on - lost,
        reached={later[-1]: on // 5, later[0]: on - (on // 5 if len(later) > 1 else 0)} if later and on else {},
    )


def sample(
    stages: tuple[tuple[str, str, str], ...] = STAGES,
    flow: tuple[tuple[int, int, int], ...] = FLOW,
    lanes: tuple[str, ...] = (*LANES, *NOTES),
    **changes: object,
) -> MapReading:
    """A reading of the given stages and lanes; ``changes`` are fields of the reading."""
    nobody = not any(part[0] for part in flow)
    ids = tuple(stage[0] for stage in stages)
    fields: dict[str, object] = {
        "title": Words(en="Journey of our customers", es="El recorrido de nuestros clientes"),
        "description": Words(en="From the first contact on, in every channel.", es="Desde el primer contacto."),
        "persona": Words(en="Everybody", es="Todos"),
        "evidence": Evidence(
            customers=20_000,
            events=1_004_311,
            known_share=0.871,
            since=datetime(2025, 1, 1, tzinfo=UTC),
            until=datetime(2025, 4, 30, 23, 59, tzinfo=UTC),
        ),
        "patience_s": 30 * 86_400.0,
        "stages": tuple(stage_of(stages[n], flow[n], ids[n + 1 :]) for n in range(len(stages))),
        "lanes": tuple(lane_of(lane, stages, flow) for lane in lanes if lane != "emotion" or not nobody),
    }
    return MapReading(**(fields | changes))  # type: ignore[arg-type]
