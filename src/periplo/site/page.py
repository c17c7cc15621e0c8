"""A page as it is read over HTTP: its tags of the tracker, its policy, whether it shows a product."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from periplo.errors import DataError, UsageError

MOST_BYTES = 5_000_000
PATIENCE_S = 20
_PRODUCT = re.compile(r'"@type"\s*:\s*(\[\s*)?"Product"')
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; Periplo verify-site)", "Accept": "text/html,*/*"}


@dataclass(frozen=True)
class Tag:
    """A script tag of the tracker: the address of its script, and its options without ``data-``."""

    src: str
    options: dict[str, str]

    @property
    def key(self) -> str:
        return self.options.get("key", "")

    @property
    def consent(self) -> str:
        return self.options.get("consent", "pending")

    @property
    def batch(self) -> str:
        """Where its events go."""
        return urljoin(self.options.get("host") or self.src, "v1/batch")


@dataclass(frozen=True)
class Page:
    """``url`` after redirects; ``policies``: every Content-Security-Policy that holds for it."""

    url: str
    tags: list[Tag]
    policies: list[str]
    product: bool

    @property
    def origin(self) -> str:
        return origin_of(self.url)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def read_page(url: str) -> Page:
    """Raises ``UsageError`` for what is no web address, ``DataError`` where it cannot be opened."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError("“{url}” is no web address.", fix="Write it whole: https://shop.example", url=url)
    try:
        found, policies, body = get(url)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise DataError("The page {url} cannot be opened: {problem}.", url=url, problem=problem_of(error)) from error
    parser = _Tags(found)
    parser.feed(body.decode("utf-8", "replace"))
    shows = parser.product or bool(_PRODUCT.search(body.decode("utf-8", "replace")))
    return Page(found, parser.tags, policies + parser.policies, shows)


def get(url: str) -> tuple[str, list[str], bytes]:
    """The address after redirects, its policies, its body up to ``MOST_BYTES``. Raises ``OSError``."""
    with urlopen(Request(url, headers=_HEADERS), timeout=PATIENCE_S) as answer:
        policies = answer.headers.get_all("Content-Security-Policy") or []
        return answer.url, policies, answer.read(MOST_BYTES)


def problem_of(error: Exception) -> str:
    """What went wrong, in a few words."""
    if isinstance(error, HTTPError):
        return f"HTTP {error.code}"
    return str(error.reason if isinstance(error, URLError) else error)


class _Tags(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.tags, self.policies, self.product = url, list[Tag](), list[str](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "script" and urlsplit(said.get("src", "")).path.endswith("/periplo.js"):
            options = {name.removeprefix("data-"): value for name, value in said.items() if name.startswith("data-")}
            self.tags.append(Tag(urljoin(self.url, said["src"]), options))
        elif tag == "meta" and said.get("http-equiv", "").casefold() == "content-security-policy":
            self.policies.append(said.get("content", ""))
        elif tag == "meta" and said.get("property") == "og:type":
            self.product = self.product or said.get("content", "").startswith("product")
