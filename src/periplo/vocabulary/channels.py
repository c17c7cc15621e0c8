"""The channel of an event: an explicit one, else the event's own, else the source's default, else the rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from periplo.vocabulary.globs import any_of
from periplo.vocabulary.kinds import ChannelKind, ChannelRule

_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(?:www\.)?([\w.-]+)|(?:www\.)?([^/?#:\s]+\.[^/?#:\s]+)")
_NOTHING = re.compile(r"(?!)")
_RULE_KEYS = ("medium", "source", "referrer", "library", "type")


class Clues(NamedTuple):
    """What is known about where an event came from; an empty text where nothing is.

    ``explicit``  context.channel or properties.channel
    ``event``     canonical name        ``default``  the default channel of the source
    ``page``      address of the page: its query has click ids, its own host as referrer is no clue
    ``referrer``  address or host the visitor came from
    """

    explicit: str = ""
    event: str = ""
    default: str = ""
    medium: str = ""
    source: str = ""
    page: str = ""
    referrer: str = ""
    library: str = ""
    type: str = ""


class ChannelTable:
    """The rules, compiled. ``own`` maps a canonical event to its own channel."""

    def __init__(
        self, channels: Mapping[str, ChannelKind], rules: Iterable[ChannelRule], own: Mapping[str, str]
    ) -> None:
        self._words = {_word(alias): name for name, kind in channels.items() for alias in kind.aliases}
        self._words |= {_word(name): name for name in channels}
        self._own = {event: channel for event, channel in own.items() if channel}
        self._rules = tuple(map(_compile, rules))
        click_ids = {re.escape(name) for rule in self._rules for name in rule.click_ids}
        self._click_id = re.compile(rf"[?&]({'|'.join(sorted(click_ids))})=", re.I) if click_ids else _NOTHING
        self._by_rules = lru_cache(1 << 16)(self._first_rule)
        self._host = lru_cache(1 << 16)(host)

    def named(self, word: str) -> str:
        """The channel that an explicit ``word`` names; empty where it names none."""
        return self._words.get(word) or self._words.get(_word(word), "")

    def of(self, clues: Clues) -> str:
        """The channel of an event with these clues; an explicit word that names no channel is no clue."""
        if clues.explicit and (named := self.named(clues.explicit)):
            return named
        if own := self._own.get(clues.event):
            return own
        if clues.default and (named := self.named(clues.default)):
            return named
        return self._by_rules(
            clues.medium.casefold(),
            clues.source.casefold(),
            self._came_from(clues.referrer, clues.page),
            clues.library.casefold(),
            clues.type,
            self._clicks(clues.page),
        )

    def essence(self, clues: Clues) -> Clues:
        """Clues that lead to the same channel, told in the fewest words, so that many events share them."""
        return clues._replace(**{name: short(getattr(clues, name)) for name, short in self.essences.items()})

    @cached_property
    def essences(self) -> Mapping[str, Callable[[str], str]]:
        """``essence`` of single clues; all others are their own."""

        def page(address: str) -> str:
            clicks = "&".join(f"{name}=" for name in sorted(self._clicks(address)))
            return f"//{self._host(address)}?{clicks}" if address else ""

        return {
            "event": lambda event: event if event in self._own else "",
            "page": page,
            "referrer": lambda address: f"//{self._host(address)}" if address else "",
        }

    def _clicks(self, page: str) -> frozenset[str]:
        if "?" not in page:
            return frozenset()
        return frozenset(name.casefold() for name in self._click_id.findall(page))

    def _came_from(self, referrer: str, page: str) -> str:
        """The host of ``referrer``, empty where it is the shop's own (or a sub-domain of it, or above it)."""
        came = self._host(referrer) if referrer else ""
        here = self._host(page) if came and page else ""
        return "" if here and (f".{came}".endswith(f".{here}") or f".{here}".endswith(f".{came}")) else came

    def _first_rule(
        self, medium: str, source: str, referrer: str, library: str, call: str, clicks: frozenset[str]
    ) -> str:
        values = (medium, source, referrer, library, call)
        return next((rule.channel for rule in self._rules if rule.fits(values, clicks)), "web")


class _Rule(NamedTuple):
    channel: str
    click_ids: frozenset[str]
    tests: tuple[tuple[int, re.Pattern[str]], ...]

    def fits(self, values: tuple[str, ...], clicks: frozenset[str]) -> bool:
        if self.click_ids and not self.click_ids & clicks:
            return False
        return all(values[at] and pattern.match(values[at]) for at, pattern in self.tests)


def host(address: str) -> str:
    """The host in an address, lower case, without user, port and ``www.``; empty where there is none."""
    found = _HOST.match(address.strip().casefold())
    return (found[1] or found[2] or "") if found else ""


def _compile(rule: ChannelRule) -> _Rule:
    tests = ((at, getattr(rule, key)) for at, key in enumerate(_RULE_KEYS))
    click_ids = frozenset(name.casefold() for name in rule.click_id)
    return _Rule(rule.channel, click_ids, tuple((at, any_of(patterns)) for at, patterns in tests if patterns))


def _word(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())
