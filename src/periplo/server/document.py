"""The OpenAPI document: what the application writes of its routes, and the collecting door, which stands before it."""

from __future__ import annotations

from typing import Any

from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI

from periplo.server.collect.described import components, paths


class Document(OpenAPI):
    """As the application makes it, with the door's paths when it is written."""

    def to_schema(self) -> dict[str, Any]:
        found = super().to_schema()
        found["paths"] |= paths()
        for name, more in components().items():
            found["components"].setdefault(name, {}).update(more)
        return found


class DocumentConfig(OpenAPIConfig):
    def to_openapi_schema(self) -> OpenAPI:
        made = super().to_openapi_schema()
        return Document(**{name: getattr(made, name) for name in OpenAPI.__dataclass_fields__})
