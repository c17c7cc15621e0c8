"""A command that was written wrongly, told as every other error: what, why, what to do, in the reader's language."""

from __future__ import annotations

from typing import Any

from typer.exceptions import TyperException

from periplo.errors import PeriploError, UnknownName, UsageError

_NUMBERS = {
    "Input should be a valid integer": "{name} is a whole number.",
    "Input should be a valid number": "{name} is a number.",
    "Input should be greater than or equal to": "{name} is {bound} or more.",
    "Input should be less than or equal to": "{name} is {bound} or less.",
    "Input should be greater than": "{name} is more than {bound}.",
    "Input should be less than": "{name} is less than {bound}.",
}


def told(error: TyperException) -> PeriploError | None:
    """The error in our words; None for one that shows help by itself."""
    kind, given = type(error).__name__, vars(error)
    command: Any = getattr(given.get("ctx"), "command", None)
    match kind:
        case "NoArgsIsHelpError":
            return None
        case "NoSuchOption":
            return UnknownName("option", given["option_name"], _options(command))
        case "MissingParameter":
            return UsageError(
                "{name} is missing.",
                fix="See periplo {command} --help.",
                name=_name(given["param"]),
                command=_words(given["ctx"]),
            )
        case "BadOptionUsage":
            return UsageError("The option {name} needs a value.", name=given["option_name"])
        case "BadParameter":
            return _bad_value(given["param"], error)
    said = str(error)
    if said.startswith("No such command"):
        return UnknownName("command", said.split("'")[1], getattr(command, "commands", ()))
    return UsageError("The command cannot be read: {said}", fix="See periplo --help.", said=said)


def _bad_value(parameter: Any, error: TyperException) -> PeriploError:
    name, said = _name(parameter), str(error).removeprefix("Value error, ")
    if said.startswith("Input should be"):  # words of the parser, which knows no Spanish
        told = next((text for begins, text in _NUMBERS.items() if said.startswith(begins)), None)
        if told:
            return UsageError(told, name=name, bound=said.rpartition(" ")[2])
    return UsageError("{name} cannot have this value: {said}", name=name, said=said)


def _words(context: Any) -> str:
    """The words that call a command, without the program's own name."""
    words: list[str] = []
    while context.parent:
        words.insert(0, context.info_name)
        context = context.parent
    return " ".join(words)


def _options(command: Any) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts if name.startswith("--")]


def _name(parameter: Any) -> str:
    long = [name for name in parameter.opts if name.startswith("--")]
    return str(long[0] if long else parameter.metavar or parameter.name.upper())
