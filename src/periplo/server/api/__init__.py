"""The same numbers as JSON, under ``/api/v1``."""

from litestar import Router
from litestar.di import Provide

from periplo.server.api.customers import customer, customers
from periplo.server.api.parameters import known_parameters, provide_view
from periplo.server.api.questions import funnel, kpis, stages, transitions
from periplo.server.api.shop import shop, the_map

HANDLERS = (
    Router(
        "/api/v1",
        route_handlers=[shop, the_map, stages, funnel, kpis, transitions, customers, customer],
        dependencies={"view": Provide(provide_view, sync_to_thread=True)},
        guards=[known_parameters],
    ),
)

__all__ = ["HANDLERS"]
