"""What stands before several shops: how the server does, and a word for who asks for no shop, or for a closed one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response, get
from litestar.config.compression import CompressionConfig
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException

from periplo.errors import PeriploError, ShopBusy
from periplo.operation.measures import CONTENT_TYPE, Measures, by_shop, told
from periplo.server.app import App
from periplo.server.assets import static
from periplo.server.faults import UNKNOWN_HOST, respond
from periplo.server.head import HeadToo
from periplo.server.headers import SecurityHeaders
from periplo.server.health import healthz
from periplo.server.hosts import from_here
from periplo.server.keys import UNVERSIONED
from periplo.server.requests import Requests, name_route
from periplo.server.rules import Rule, needs
from periplo.server.tracker import periplo_js

CLOSED = "periplo.closed"
"""In a request's scope: it is for a shop that cannot be opened."""

OPEN = needs(Rule.PROBE, UNVERSIONED)


class Porch:
    """An application for requests that no shop takes. It names no shop to anybody but the machine itself."""

    def __init__(self, apps: Mapping[str, App], closed: Mapping[str, PeriploError]) -> None:
        self._apps, self._closed = apps, closed
        self._requests = Requests(Measures())
        self._app = HeadToo(
            [static, periplo_js, healthz, readyz, metrics],
            dependencies={"porch": Provide(lambda: self, sync_to_thread=False)},
            before_send=[SecurityHeaders(""), name_route],
            exception_handlers={Exception: _refuse},
            compression_config=CompressionConfig(backend="gzip"),
            openapi_config=None,
            logging_config=None,
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._requests(scope, receive, send, self._app)

    def faults(self) -> dict[str, dict[str, str]]:
        """What keeps each shop from its work, by its label; nothing where all is well."""
        found = {label: app.state.health.faults() for label, app in self._apps.items()}
        return found | {label: {"shop": error.code} for label, error in self._closed.items()}

    def metrics(self) -> bytes:
        """Of all open shops, each value with its label."""
        return told([by_shop({label: app.state.health.families() for label, app in self._apps.items()})])


@get("/readyz", sync_to_thread=True, opt=OPEN)
def readyz(request: Request[Any, Any, Any], porch: NamedDependency[Any]) -> Response[dict[str, Any]]:
    """Whether any shop can be given work; to the machine itself, which."""
    if request.scope.get(CLOSED):
        return Response({"ready": False}, status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    found: dict[str, dict[str, str]] = porch.faults()
    ready = not all(found.values())
    shops = {label: {"ready": not faults, "faults": faults} for label, faults in found.items()}
    body = {"ready": ready} | ({"shops": shops} if from_here(request.scope) else {})
    return Response(body, status_code=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


@get("/metrics", sync_to_thread=True, media_type=CONTENT_TYPE, opt=OPEN)
def metrics(request: Request[Any, Any, Any], porch: NamedDependency[Any]) -> bytes:
    """Of all shops, to the machine itself; elsewhere each shop tells its own, under its own name."""
    if not from_here(request.scope) or "sec-fetch-site" in request.headers:
        raise HTTPException(status_code=HTTPStatus.MISDIRECTED_REQUEST)
    found: bytes = porch.metrics()
    return found


def _refuse(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Whatever else is asked: there is no shop here, or it is closed."""
    if request.scope.get(CLOSED):
        error = ShopBusy(
            "This shop cannot be opened at the moment.",
            why="The details are in the server's log.",
            fix="Try again later; what is sent again until then is not lost.",
        )
    elif isinstance(error, HTTPException) and error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        error = HTTPException(status_code=HTTPStatus.MISDIRECTED_REQUEST, extra={"fault": UNKNOWN_HOST})
    return respond(request, error)
