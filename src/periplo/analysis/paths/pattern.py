"""The small language of sequences, in English or Spanish words.

    pattern  = step { [","] rule } [ [","] "within" time ]
    rule     = "then" ["directly"] ["within" time] step    the next step, nothing at all between with "directly"
             | "without" step ["between"]                  what may not lie between the two steps before it
    step     = event { "or" event }
    event    = a name | "a name in quotes" | * (any) | {a predicate as YAML or JSON}

A name goes up to a comma or a word of the language; one that holds such a word stands in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from periplo.analysis.basis import Step
from periplo.analysis.condition import Condition
from periplo.errors import BadPredicate, UnknownName, did_you_mean
from periplo.predicates import parse_duration
from periplo.predicates.clock import length_us

MOST_STEPS = 8
THEN, DIRECTLY, WITHIN, WITHOUT, BETWEEN, OR = "then", "directly", "within", "without", "between", "or"
WORDS = {
    "then": THEN,
    "luego": THEN,
    "después": THEN,
    "directly": DIRECTLY,
    "directamente": DIRECTLY,
    "within": WITHIN,
    "en": WITHIN,
    "without": WITHOUT,
    "sin": WITHOUT,
    "between": BETWEEN,
    "entre medias": BETWEEN,
    "or": OR,
    "o": OR,
}
_TOKEN = re.compile(r'\s*(?:(?P<comma>,)|"(?P<quoted>[^"]*)"|(?P<open>\{)|(?P<word>entre medias|[^\s,"{]+))')
_TIME = re.compile(r"\s*((?:\d+(?:[.,]\d+)?\s*[^\W\d_]+\s*)+)")
Reader = Callable[[Step], Condition]
"""Makes a condition of a name or a predicate; raises ``UnknownName`` or ``BadPredicate``."""


@dataclass(frozen=True)
class Link:
    """From one step to the next: the longest time (us, None: any), what may not lie between, or nothing at all."""

    within_us: int | None = None
    directly: bool = False
    without: Condition | None = None


@dataclass(frozen=True)
class Pattern:
    """``links[k]`` leads from step k to step k + 1; ``total_us`` is the longest from the first step to the last."""

    text: str
    steps: tuple[Condition, ...]
    links: tuple[Link, ...]
    total_us: int | None = None


@dataclass(frozen=True)
class Token:
    """A piece of the text from ``at`` up to ``end``. ``word`` is its meaning where it is a word of the language."""

    kind: str
    text: str
    at: int
    end: int

    @property
    def word(self) -> str | None:
        if self.kind == "comma":
            return ","
        return WORDS.get(self.text) if self.kind == "word" else None


def read_pattern(text: str, reader: Reader) -> Pattern:
    """A pattern from its text. Raises ``BadPredicate`` with the place and what was meant."""
    return _Parser(text, reader).pattern()


class _Parser:
    def __init__(self, text: str, reader: Reader) -> None:
        self.text, self.reader, self.at = text, reader, 0

    def pattern(self) -> Pattern:
        steps, links, total = [self.step()], list[Link](), None
        while (token := self.next()) is not None:
            if token.word == ",":
                token = self.rule()
            if total is not None:
                raise self.wrong(token.at, "Nothing can follow the time of the whole.")
            if token.word == THEN:
                links.append(self.then())
                steps.append(self.step())
            elif token.word == WITHOUT and links and links[-1].without is None:
                links[-1] = Link(links[-1].within_us, links[-1].directly, self.step())
                self.take(BETWEEN)
            elif token.word == WITHIN:
                total = self.time()
            else:
                raise self.unexpected(token)
        if len(steps) > MOST_STEPS:
            raise self.wrong(0, "A sequence has at most {most} steps; there are {n}.", most=MOST_STEPS, n=len(steps))
        return Pattern(" ".join(self.text.split()), tuple(steps), tuple(links), total)

    def rule(self) -> Token:
        """What stands after a comma."""
        token = self.next()
        if token is None:
            raise self.wrong(len(self.text), "A rule is expected: then, without or within.")
        return token

    def then(self) -> Link:
        directly = self.take(DIRECTLY)
        within = self.time() if self.take(WITHIN) else None
        return Link(within, directly or self.take(DIRECTLY))

    def step(self) -> Condition:
        """One event, or several with "or" between them."""
        found = [self.event()]
        while self.take(OR):
            found.append(self.event())
        if len(found) == 1:
            return self.condition(*found[0])
        at = found[0][0]
        return self.condition(at, {"any": [self.condition(*each).predicate for each in found]})

    def event(self) -> tuple[int, Step]:
        """Where an event begins, and its name or predicate."""
        token = self.next()
        if token is None or (token.kind != "quoted" and token.word):
            raise self.wrong(token.at if token else len(self.text), "The name of an event is expected.")
        if token.kind == "open":
            return token.at, self.predicate(token)
        words = [token.text]
        while token.kind == "word" and (after := self.peek()) and after.kind == "word" and after.word is None:
            words.append(after.text)
            self.at = after.end
        name = " ".join(words)
        if not name.strip():
            raise self.wrong(token.at, "The name of an event is expected.")
        return token.at, {"event": "*"} if name == "*" and token.kind == "word" else name

    def predicate(self, opened: Token) -> str:
        """The text up to the brace that closes it."""
        depth = 0
        for place in range(opened.at, len(self.text)):
            depth += {"{": 1, "}": -1}.get(self.text[place], 0)
            if not depth:
                self.at = place + 1
                return self.text[opened.at : self.at]
        raise self.wrong(opened.at, "This brace is not closed.")

    def condition(self, at: int, given: Step) -> Condition:
        try:
            return self.reader(given)
        except UnknownName as error:
            near = did_you_mean(error.name, error.known)
            fix = "Did you mean {near}?" if near else "Known: {known}."
            known = ", ".join(error.known[:20])
            what = "There is no event named “{name}”."
            raise self.wrong(at, what, fix, name=error.name, near=near, known=known) from error

    def time(self) -> int:
        found = _TIME.match(self.text, self.at)
        text = found[1].strip() if found else self.text[self.at :].split(",")[0].strip()
        try:
            length = parse_duration(text)
        except BadPredicate as error:
            raise self.wrong(self.at + 1, "“{text}” is not a length of time.", error.fix, text=text) from error
        self.at = found.end() if found else self.at
        return length_us(length)

    def next(self) -> Token | None:
        token = self.peek()
        self.at = token.end if token else self.at
        return token

    def peek(self) -> Token | None:
        found = _TOKEN.match(self.text, self.at)
        if not found:
            if self.text[self.at :].strip():
                raise self.wrong(self.at, "This quotation mark is not closed.")
            return None
        kind = found.lastgroup or ""
        return Token(kind, found[kind], found.end() - len(found[0].lstrip()), found.end())

    def take(self, word: str) -> bool:
        token = self.peek()
        if token is None or token.word != word:
            return False
        self.at = token.end
        return True

    def unexpected(self, token: Token) -> BadPredicate:
        if token.word == WITHOUT:
            return self.wrong(token.at, "“without” follows a step that “then” leads to, once for each.")
        near = did_you_mean(token.text, [word for word in WORDS if len(word) > 2], 1)
        fix = "Did you mean {near}?" if near else "Write “then” before the next step."
        return self.wrong(token.at, "“{name}” is not known here.", fix, name=token.text, near=near)

    def wrong(self, at: int, what: str, fix: str = "", **values: Any) -> BadPredicate:
        """What is wrong, with its place: the sign at which it begins, from 1."""
        text = "At sign {place} of “{pattern}”: " + what
        return BadPredicate(text, fix=fix, place=at + 1, pattern=self.text, **values)
