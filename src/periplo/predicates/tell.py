"""Predicates in words, in both languages."""

from __future__ import annotations

from datetime import timedelta

from periplo.language import Lang, duration, moment, number, t
from periplo.predicates.tree import (
    All,
    AnyOf,
    Did,
    EventIs,
    FirstTouch,
    InSegment,
    Not,
    Predicate,
    PropertyIs,
    Sequence,
    Value,
)
from periplo.vocabulary import Taxonomy, taxonomy

_COMPARISONS = {
    "eq": "{name} is {value}",
    "in": "{name} is {value}",
    "ne": "{name} is not {value}",
    "not_in": "{name} is not {value}",
    "gt": "{name} over {value}",
    "gte": "{name} of {value} or more",
    "lt": "{name} under {value}",
    "lte": "{name} of {value} or less",
    "contains": "{name} contains {value}",
    "starts_with": "{name} starts with {value}",
    "regex": "{name} fits the pattern {value}",
    "exists": "some {name}",
    "no": "no {name}",
}


def tell(predicate: Predicate, lang: Lang, words: Taxonomy | None = None) -> str:
    """The predicate as one sentence without a full stop. ``words``: a shop's own vocabulary."""
    return _Teller(lang, words or taxonomy()).tell(predicate)


class _Teller:
    def __init__(self, lang: Lang, words: Taxonomy) -> None:
        self.lang, self.words = lang, words

    def tell(self, predicate: Predicate) -> str:
        lang = self.lang
        match predicate:
            case EventIs():
                return self._event(predicate)
            case Did():
                return self._did(predicate)
            case Sequence(steps=steps, within=within):
                said = t(", then ", lang).join(map(self.tell, steps))
                return said + (t(", all within {length}", lang, length=self._length(within)) if within else "")
            case FirstTouch(what=what):
                return t("the first contact was: {what}", lang, what=self.tell(what))
            case InSegment(name=name):
                return t("belongs to the segment “{name}”", lang, name=name)
            case All(parts=parts):
                return self._joined(t(" and ", lang), parts)
            case AnyOf(parts=parts):
                return self._joined(t(" or ", lang), parts)
            case Not(part=Did(at_least=1, at_most=None) as did):
                return t("did not: {what}", lang, what=self._what(did))
            case Not(part=part):
                return t("not ({what})", lang, what=self.tell(part))

    def _joined(self, joint: str, parts: tuple[Predicate, ...]) -> str:
        nested = [isinstance(part, All | AnyOf | Sequence) for part in parts]
        return joint.join(f"({self.tell(p)})" if deep else self.tell(p) for p, deep in zip(parts, nested, strict=True))

    def _did(self, did: Did) -> str:
        what, least, most = self._what(did), did.at_least, did.at_most
        if most is None:
            if least == 1:
                return t("did: {what}", self.lang, what=what)
            return t("did at least {n} {n:time|times}: {what}", self.lang, n=least, what=what)
        if most == least:
            return t("did exactly {n} {n:time|times}: {what}", self.lang, n=most, what=what)
        if least == 0:
            return t("did at most {n} {n:time|times}: {what}", self.lang, n=most, what=what)
        return t("did {least} to {most} {most:time|times}: {what}", self.lang, least=least, most=most, what=what)

    def _what(self, did: Did) -> str:
        said = self.tell(did.what)
        if did.within:
            said += t(", in the last {length}", self.lang, length=self._length(did.within))
        if did.since:
            said += t(", since {when}", self.lang, when=moment(did.since, self.lang))
        if did.until:
            said += t(", before {when}", self.lang, when=moment(did.until, self.lang))
        return said

    def _event(self, event: EventIs) -> str:
        names = t(" or ", self.lang).join(self._quoted(self.words.event_label(name, self.lang)) for name in event.names)
        tests = t(" and ", self.lang).join(map(self._test, event.where))
        if not tests:
            return names or t("any event", self.lang)
        return t("{event} with {tests}", self.lang, event=names, tests=tests) if names else tests

    def _test(self, test: PropertyIs) -> str:
        lang, name, value = self.lang, self.words.property_label(test.property, self.lang), self._values(test)
        template = _COMPARISONS["no" if test.op == "exists" and not test.value else test.op]
        return t(template, lang, name=name, value=value)

    def _values(self, test: PropertyIs) -> str:
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        return t(" or ", self.lang).join(self._value(test.property, value) for value in values)

    def _value(self, name: str, value: Value) -> str:
        if isinstance(value, bool):
            return t("yes", self.lang) if value else t("no", self.lang)
        if isinstance(value, int | float):
            return number(value, self.lang, 0 if float(value).is_integer() else 2)
        if name == "event":
            return self._quoted(self.words.event_label(value, self.lang))
        return self._quoted(self.words.channel_label(value, self.lang) if name == "channel" else value)

    def _quoted(self, name: str) -> str:
        return t("“{name}”", self.lang, name=name)

    def _length(self, length: timedelta) -> str:
        return duration(length.total_seconds(), self.lang)
