"""Every error a user can meet, in one tree.

    PeriploError
    ├── UsageError            wrong use: an option, a value, a path (exit code 2, HTTP 400)
    │   ├── UnknownName       a name that does not exist, with "did you mean"
    │   ├── BadPredicate      a predicate that cannot be read, with the place in it
    │   ├── BadMap            a *.journey.yaml that cannot be read, with the place in it
    │   ├── BadMapping        a mapping of a file's columns that cannot be read, with the place in it
    │   ├── BadPlan           a tracking plan's file that cannot be read, or has a schema that is none
    │   ├── BadSettings       a periplo.toml that cannot be read, or a setting that cannot be used
    │   ├── BadVocabulary     a shop's own vocabulary file that cannot be read, with the place in it
    │   └── WeakPassword      a new password that is short or easily guessed
    ├── DataError             data that cannot be read as asked (exit code 1, HTTP 422)
    │   ├── UnreadableFile    the file itself: missing, empty, damaged, of an unknown kind
    │   ├── WrongPreset       a preset that does not fit the file
    │   └── MissingColumn     a column or event that the question needs and the data lack
    ├── NotTaken              what was sent to a shop and will not be taken, however often (exit code 1, HTTP 400)
    │   ├── UnknownWriteKey   no source has the write key (HTTP 401)
    │   ├── NotGenuine        a webhook whose sender does not have the secret (HTTP 401)
    │   ├── ForeignSite       a page of a site that is not among those of the source (HTTP 403)
    │   ├── TooLarge          a request larger than what is taken at once (HTTP 413)
    │   └── TooSlow           a request that did not come whole in time; it may come again (HTTP 408)
    ├── ShopError             the shop on disk (exit code 1, HTTP 503)
    │   ├── NotAShop          no shop at this place
    │   ├── DamagedShop       a part of the shop cannot be read
    │   ├── CannotWrite       the disk is full, or the shop may only be read
    │   └── ShopBusy          another process holds what we need; try again
    ├── AccessError           who asks, and what they may (exit code 1, HTTP 403)
    │   ├── NotAllowed        the role, or the scopes of the token, do not reach so far
    │   ├── SignInRefused     the address, the password or the code is not right (HTTP 401)
    │   ├── FactorNeeded      the password was right, and a second factor is still to come (HTTP 403)
    │   ├── LinkGone          a one-time link that was used or has expired (HTTP 410)
    │   └── TooManyTries      too many in too short a time; says how long to wait (HTTP 429)
    └── MissingExtra          an optional package is not installed (exit code 1, HTTP 501)

A message says what happened, why, and what to do next. Texts are English templates; a door shows them in
the reader's language with ``periplo.language.tell``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from string import Formatter


class PeriploError(Exception):
    """Base of all errors. ``what``, ``why`` and ``fix`` are templates filled with ``values``."""

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, what: str, *, why: str = "", fix: str = "", **values: object) -> None:
        self.what, self.why, self.fix, self.values = what, why, fix, values
        super().__init__(what)

    def __str__(self) -> str:
        return " ".join(filled(part, self.values) for part in (self.what, self.why, self.fix) if part)


class UsageError(PeriploError):
    code = "usage"
    exit_code = 2
    http_status = 400


class UnknownName(UsageError):
    """A name that is not among the known ones; proposes the nearest."""

    code = "unknown_name"

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = did_you_mean(name, self.known)
        if near:
            fix = "Did you mean {near}?"
        elif self.known:
            fix = "Known: {known}."
        else:
            fix = ""
        super().__init__(
            "There is no {kind} named “{name}”{where}.",
            fix=fix,
            kind=kind,
            name=name,
            where=f" ({where})" if where else "",
            near=near,
            known=", ".join(self.known[:20]),
        )


class BadPredicate(UsageError):
    code = "bad_predicate"


class BadMap(UsageError):
    code = "bad_map"


class BadMapping(UsageError):
    code = "bad_mapping"


class BadPlan(UsageError):
    code = "bad_plan"


class BadSettings(UsageError):
    code = "bad_settings"


class BadVocabulary(UsageError):
    code = "bad_vocabulary"


class WeakPassword(UsageError):
    code = "weak_password"


class DataError(PeriploError):
    code = "data"
    http_status = 422


class UnreadableFile(DataError):
    code = "unreadable_file"


class WrongPreset(DataError):
    code = "wrong_preset"


class MissingColumn(DataError):
    code = "missing_column"


class NotTaken(PeriploError):
    code = "not_taken"
    http_status = 400


class UnknownWriteKey(NotTaken):
    code = "unknown_write_key"
    http_status = 401


class NotGenuine(NotTaken):
    code = "not_genuine"
    http_status = 401


class ForeignSite(NotTaken):
    code = "foreign_site"
    http_status = 403


class TooLarge(NotTaken):
    code = "too_large"
    http_status = 413


class TooSlow(NotTaken):
    code = "too_slow"
    http_status = 408


class ShopError(PeriploError):
    code = "shop"
    http_status = 503


class NotAShop(ShopError):
    code = "not_a_shop"
    exit_code = 2
    http_status = 404


class DamagedShop(ShopError):
    code = "damaged_shop"


class CannotWrite(ShopError):
    code = "cannot_write"


class ShopBusy(ShopError):
    code = "shop_busy"


class AccessError(PeriploError):
    code = "access"
    http_status = 403


class NotAllowed(AccessError):
    code = "not_allowed"


class SignInRefused(AccessError):
    code = "sign_in_refused"
    http_status = 401


class FactorNeeded(AccessError):
    code = "second_factor_needed"


class LinkGone(AccessError):
    code = "link_gone"
    http_status = 410


class TooManyTries(AccessError):
    """``wait_s``: after so many seconds the next one is looked at."""

    code = "too_many_tries"
    http_status = 429

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        super().__init__(
            "Too many tries in a short time.", fix="Wait {wait_s} {wait_s:second|seconds} and try again.", wait_s=wait_s
        )


class MissingExtra(PeriploError):
    code = "missing_extra"
    http_status = 501


class _Counted(Formatter):
    """Templates in which ``{n:row|rows}`` is the word that goes with a number, one or several of it."""

    def format_field(self, value: object, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        one, several = format_spec.split("|")
        return one if str(value) == "1" else several


def filled(template: str, values: Mapping[str, object]) -> str:
    """A template with ``{name}`` replaced from ``values``, and ``{name:one|several}`` by the word that goes with it."""
    return _Counted().vformat(template, (), values) if "|" in template else template.format(**values)


def did_you_mean(name: str, known: Iterable[str], most: int = 3, alike: float = 0.6) -> str:
    """The nearest known names, ``alike`` (0 to 1) at least, quoted and joined, or an empty string. Case and separators
    do not count."""
    plain = {_plain(candidate): candidate for candidate in known}
    near = get_close_matches(_plain(name), plain, n=most, cutoff=alike)
    return ", ".join(f"“{plain[key]}”" for key in near)


def _plain(name: str) -> str:
    return "".join(ch for ch in name.casefold() if ch.isalnum())
