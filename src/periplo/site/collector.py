"""Whether the collector that a tag names is there, and takes events of this site with this key. Nothing is recorded."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from hashlib import sha256
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from periplo.site.findings import Finding, finding
from periplo.site.page import PATIENCE_S, Page, Tag, get, origin_of, problem_of


def check_script(tag: Tag, newest: bytes) -> Iterator[Finding]:
    """``newest``: the tracker that this Periplo has."""
    try:
        body = get(tag.src)[2]
    except (OSError, http.client.HTTPException) as error:
        yield finding("no_script", url=tag.src, problem=problem_of(error))
        return
    if not body.startswith(b"/*! Periplo "):
        yield finding("no_script", url=tag.src, problem="another file")
    elif sha256(body).digest() != sha256(newest).digest():
        yield finding("other_version", url=tag.src)


def check_key(page: Page, tag: Tag) -> Finding:
    """Asks with a batch that has no event in it."""
    body = json.dumps({"writeKey": tag.key, "batch": []}).encode()
    headers = {"Content-Type": "text/plain", "Origin": page.origin}
    try:
        with urlopen(Request(tag.batch, body, headers), timeout=PATIENCE_S) as answer:
            named = answer.headers.get("Access-Control-Allow-Origin", "")
            if origin_of(tag.batch) != page.origin and named not in (page.origin, "*"):
                return finding("foreign_site", origin=page.origin)
            return finding("collector")
    except HTTPError as error:
        if error.code == 401:
            return finding("unknown_key", key=tag.key)
        if error.code == 403:
            return finding("foreign_site", origin=page.origin)
        return finding("no_collector", host=origin_of(tag.batch), problem=problem_of(error))
    except (OSError, http.client.HTTPException) as error:
        return finding("no_collector", host=origin_of(tag.batch), problem=problem_of(error))
