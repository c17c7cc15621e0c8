"""What a Content-Security-Policy lets a page load and reach, as far as a tracker is concerned."""

from __future__ import annotations

from urllib.parse import urlsplit

from periplo.site.page import Page, origin_of

FALLBACKS = {"script": ("script-src-elem", "script-src", "default-src"), "connect": ("connect-src", "default-src")}


def allows(page: Page, kind: str, url: str) -> bool:
    """Whether every policy of a page lets it load (``script``) or reach (``connect``) an address.

    A nonce or a hash may let a script in that its host does not; that is taken for granted.
    """
    return all(_allows(_directives(policy), page.origin, kind, url) for policy in page.policies)


def _directives(policy: str) -> dict[str, list[str]]:
    parts = [part.split() for part in policy.split(";")]
    found: dict[str, list[str]] = {}
    for name, *sources in filter(None, parts):
        found.setdefault(name.casefold(), [source.casefold() for source in sources])
    return found


def _allows(directives: dict[str, list[str]], own: str, kind: str, url: str) -> bool:
    sources = next((directives[name] for name in FALLBACKS[kind] if name in directives), None)
    if sources is None:
        return True
    if kind == "script" and any(source.startswith(("'nonce-", "'sha", "'strict-dynamic'")) for source in sources):
        return True
    return any(_fits(source, own, url) for source in sources)


def _fits(source: str, own: str, url: str) -> bool:
    asked = urlsplit(url)
    if source == "'self'":
        return origin_of(url) == own
    if source == "*" or source == f"{asked.scheme}:":
        return True
    scheme, _, rest = source.rpartition("://")
    host, _, path = rest.partition("/")
    name, _, port = host.partition(":")
    if scheme and scheme != asked.scheme and not (scheme == "http" and asked.scheme == "https"):
        return False
    if not scheme and asked.scheme != urlsplit(own).scheme and asked.scheme != "https":
        return False
    return _host_fits(name, asked.hostname or "") and _port_fits(port, asked.port) and _path_fits(path, asked.path)


def _host_fits(pattern: str, host: str) -> bool:
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _port_fits(pattern: str, port: int | None) -> bool:
    return pattern == "*" or (str(port or "") == pattern if pattern else port in (None, 80, 443))


def _path_fits(pattern: str, path: str) -> bool:
    if not pattern:
        return True
    return path.startswith(f"/{pattern}") if pattern.endswith("/") else path == f"/{pattern}"
