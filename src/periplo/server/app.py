"""The application: pages for people, JSON for programs, over one opened shop."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

from litestar import Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from periplo.access import Limits, Permission
from periplo.errors import PeriploError
from periplo.maps.drawing.theme import style_sheet
from periplo.operation.beside import Beside
from periplo.operation.measures import Measures
from periplo.server import api, pages
from periplo.server.assets import static
from periplo.server.collect import CollectDoor, no_host
from periplo.server.cookie import SessionCookie
from periplo.server.desk import Desk
from periplo.server.document import DocumentConfig
from periplo.server.door import Door
from periplo.server.faults import respond
from periplo.server.freshness import Freshness
from periplo.server.gate import Gate
from periplo.server.given import given
from periplo.server.head import HeadToo
from periplo.server.headers import SecurityHeaders
from periplo.server.health import HANDLERS as HEALTH
from periplo.server.health import Health
from periplo.server.hosts import names_one
from periplo.server.keys import STREAM
from periplo.server.live import Watch
from periplo.server.pages.guide import Guide
from periplo.server.proxies import Proxies
from periplo.server.release import RELEASE
from periplo.server.requests import Requests, name_route
from periplo.server.rules import check_rules, needs
from periplo.server.tracker import periplo_js
from periplo.workspace import Shop

ABOUT = "The living journey map of one shop. Every route takes the same filters; every error has the same shape."

MOST_BYTES = 256 * 1024
"""Of a form; what takes more says so itself."""


class App(HeadToo):
    """All of it. What comes to the collecting door goes there at once."""

    def __init__(self, collect: CollectDoor, proxies: Proxies, requests: Requests, *args: Any, **kwargs: Any) -> None:
        self.collect, self._proxies, self._requests = collect, proxies, requests
        super().__init__(*args, **kwargs)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        door = self.collect if self.collect.takes(scope) else super().__call__
        if not names_one(scope):
            door = no_host
        await self._requests(self._proxies.seen_through(scope), receive, send, door)


def create_app(
    shop: Shop,
    *,
    local: bool = True,
    limits: Limits | None = None,
    measures: Measures | None = None,
    worker: Beside | None = None,
) -> App:
    """The application over an opened shop. ``local``: it listens on this machine only, so that nobody has to sign in
    as long as nobody was invited. It tells of ``measures``, and how the ``worker`` does that works behind requests.
    Raises ``TypeError`` for a route without a rule.
    """
    measures = measures or Measures()
    cookie = SessionCookie(str(shop.path.absolute()))
    desk, watch, door = Desk(shop), Watch(shop.version), Door(shop.access, cookie)
    collect = CollectDoor(shop, measures)
    requests = Requests(measures)
    health = Health(shop, measures, collect.waiting_bytes, worker)
    app = App(
        collect,
        Proxies(shop.settings.server.trusted_proxies),
        requests,
        [*pages.HANDLERS, *api.HANDLERS, *HEALTH, static, periplo_js],
        dependencies=given(desk, watch, door, health),
        middleware=[Gate(shop.access, cookie, local=local, limits=limits or Limits()), Freshness(shop.version)],
        before_send=[SecurityHeaders(_map_styles()), name_route],
        exception_handlers={PeriploError: respond, Exception: respond},
        compression_config=CompressionConfig(backend="gzip", gzip_compress_level=5, exclude_opt_key=STREAM),
        openapi_config=DocumentConfig(
            title="Periplo",
            version=RELEASE,
            description=ABOUT,
            openapi_router=Router("/api", route_handlers=[], include_in_schema=False, opt=needs(Permission.NUMBERS)),
            use_handler_docstrings=True,
            render_plugins=[Guide(shop.settings), JsonRenderPlugin()],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{}, {"token": []}],
        ),
        state=State({"watch": watch, "desk": desk, "health": health}),
        on_startup=[collect.start],
        on_shutdown=[watch.close, requests.answered, collect.stop],
        logging_config=None,
        request_max_body_size=MOST_BYTES,
    )
    check_rules(app)
    return app


def _map_styles() -> str:
    """The one style sheet inside a page, the map's own, named by its hash so that no other is allowed."""
    return f"'sha256-{base64.b64encode(sha256(style_sheet('auto').encode()).digest()).decode()}'"
