"""The API in a page of its own, read from its OpenAPI description; nothing is loaded from elsewhere."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from periplo.server.collect.described import TAG
from periplo.server.given import FILTERS
from periplo.server.reader import reader_of
from periplo.server.render import render


class Guide(OpenAPIRenderPlugin):
    """The page at ``/api``: what can be asked. Sending events is for SDKs, which know how. ``settings``: of the shop
    whose name stands in the bar."""

    def __init__(self, settings: object) -> None:
        super().__init__(path="/")
        self._settings = settings

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        routes = [
            _route(path, method, operation)
            for path, item in openapi_schema["paths"].items()
            for method, operation in item.items()
            if TAG not in operation.get("tags", ())
        ]
        filters = openapi_schema["paths"]["/api/v1/map"]["get"]["parameters"]
        reader, shown = reader_of(request), {"shop": self._settings, "routes": routes, "filters": _told(filters)}
        return render("guide.html", reader, here="/api", **shown).encode()


def _route(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": path,
        "method": method.upper(),
        "about": operation.get("description") or operation.get("summary", ""),
        "filtered": any(one["name"] in FILTERS for one in operation.get("parameters", [])),
        "parameters": [one for one in _told(operation.get("parameters", [])) if one[0] not in FILTERS],
    }


def _told(parameters: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["name"], one.get("description", "")) for one in parameters]
