"""How a question is declared, once: its method's signature is what the command line and the API offer.

A method marked with ``@question`` becomes ``periplo <name>`` and ``/api/v1/<name>``; each parameter is annotated with a
``Help``, and becomes an option of the same name there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from periplo.analysis.result import Result
from periplo.analysis.taking import taken
from periplo.errors import UnknownName, UsageError

F = TypeVar("F", bound=Callable[..., Result])


@dataclass(frozen=True)
class Help:
    """What an option means, in English words known to the catalogue. ``singular``: its name where it is repeated."""

    text: str
    singular: str = ""


@dataclass(frozen=True)
class Option:
    """A parameter of a question as a door offers it.

    ``kind`` is what one value of it is, with ``many`` there may be several; ``named``: each is written NAME=NUMBER.
    ``plain``: in Python too it is nothing but that; ``empty``: it may be None.
    """

    name: str
    parameter: str
    kind: type
    help: str
    default: Any
    required: bool = False
    choices: tuple[str, ...] = ()
    many: bool = False
    named: bool = False
    spread: bool = False
    plain: bool = True
    empty: bool = False


def question(help: str) -> Callable[[F], F]:
    """Marks a method as a question; ``help`` says in one sentence what it answers, known to the catalogue.

    Whoever asks, an option there is not, or one that is given what it cannot be, raises a ``UsageError``.
    """

    def mark(method: F) -> F:
        signature = inspect.signature(method)

        @wraps(method)
        def checked(self: Any, *given: Any, **options: Any) -> Result:
            known = {option.parameter: option for option in options_of(method)}
            for name in options:
                if name not in known or known[name].spread:
                    raise UnknownName("option", name, known)
            asked = signature.bind(self, *given, **options)
            for name, option in known.items():
                if name in asked.arguments:
                    asked.arguments[name] = taken(option, asked.arguments[name])
            return method(*asked.args, **asked.kwargs)

        checked.__dict__["asks"] = help
        return cast(F, checked)

    return mark


def questions(face: type) -> dict[str, str]:
    """The names of all questions of a face, in the order of their rooms, with what they answer."""
    rooms = reversed(face.__mro__)
    return {name: made.asks for room in rooms for name, made in vars(room).items() if hasattr(made, "asks")}


@cache
def options_of(method: Callable[..., Result]) -> tuple[Option, ...]:
    """The options of a question, in the order of its signature."""
    hints = get_type_hints(method, include_extras=True)
    parameters = [each for each in inspect.signature(method).parameters.values() if each.name != "self"]
    return tuple(_option(each, hints[each.name]) for each in parameters)


def put(face: Any, name: str, given: Mapping[str, Any]) -> Result:
    """Asks a question by name with what a door was given: option name to value, several as a list.

    Raises ``UnknownName`` for a choice there is not, ``UsageError`` for a NAME=NUMBER that is none.
    """
    method = getattr(face, name)
    options = options_of(getattr(type(face), name))
    values = {option.parameter: _value(option, given.get(option.name, option.default)) for option in options}
    spread = next((option.parameter for option in options if option.spread), None)
    several = values.pop(spread) if spread else ()
    found: Result = method(*several, **values)
    return found


def _option(parameter: inspect.Parameter, hint: Any) -> Option:
    plain, help = get_args(hint)[:2]
    spread = parameter.kind is inspect.Parameter.VAR_POSITIONAL
    required = parameter.default is inspect.Parameter.empty
    one, many, named = _kind(plain)
    return Option(
        name=help.singular or parameter.name,
        parameter=parameter.name,
        kind=str if named else _plain(one),
        help=help.text,
        default=([] if spread else None) if required else parameter.default,
        required=required,
        choices=get_args(one) if get_origin(one) is Literal else (),
        many=many or spread,
        named=named,
        spread=spread,
        plain=one in {str, int, float, bool},
        empty=many or type(None) in get_args(plain),
    )


def _kind(hint: Any) -> tuple[Any, bool, bool]:
    """What one value is, whether there may be several, and whether they are named numbers."""
    hint = _without_none(hint)
    origin = get_origin(hint)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return str, True, True
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence):
        return _without_none(get_args(hint)[0]), True, False
    return hint, False, False


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, UnionType}:
        rest = [each for each in get_args(hint) if each is not type(None)]
        return rest[0] if len(rest) == 1 else Any
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _plain(hint: Any) -> type:
    return hint if hint in {int, float, bool} else str


def _value(option: Option, given: Any) -> Any:
    return dict(_pair(option, each) for each in given) if option.named and isinstance(given, list) else given


def _pair(option: Option, text: str) -> tuple[str, float]:
    name, _, number = text.rpartition("=")
    try:
        return name, float(number)
    except ValueError:
        raise UsageError(
            "{option} takes a name and a number, not “{text}”.",
            fix="Write it as {option} ads=1200.50, once for each name.",
            option=option.name,
            text=text,
        ) from None
