"""The same numbers as JSON, under ``/api/v1``."""

from litestar import Router

from periplo.server.api.audit import audit
from periplo.server.api.customers import customer, customers, search
from periplo.server.api.identity import alarms, alike, decide, decisions, explain, links, suggestions
from periplo.server.api.live import events
from periplo.server.api.parameters import known_parameters
from periplo.server.api.privacy import erase, erasures, export, foresee
from periplo.server.api.quarantine import discard, mend, quarantine, refused, replay
from periplo.server.api.questions import question_routes, stages
from periplo.server.api.shop import shop, the_map
from periplo.server.api.sources import sources
from periplo.server.api.streaming import customers_stream

WHO_IS_WHO = (links, explain, suggestions, alike, alarms, decisions, decide)
HANDLERS = (
    Router(
        "/api/v1",
        route_handlers=[
            *WHO_IS_WHO,
            shop,
            the_map,
            stages,
            *question_routes(),
            customers,
            customers_stream,
            customer,
            search,
            export,
            foresee,
            erase,
            erasures,
            sources,
            quarantine,
            refused,
            mend,
            replay,
            discard,
            audit,
            events,
        ],
        guards=[known_parameters],
    ),
)

__all__ = ["HANDLERS"]
