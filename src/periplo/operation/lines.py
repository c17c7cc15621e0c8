"""Lines for whoever operates Periplo, on stderr: to be read, or one JSON object each. Nobody is named in them."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

import msgspec

from periplo.operation.masking import masked
from periplo.operation.request_id import request_id

Format: TypeAlias = Literal["text", "json"]
Level: TypeAlias = Literal["debug", "info", "warning", "error"]

_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime"}
_encode = msgspec.json.Encoder(enc_hook=str).encode


def set_up(level: Level, format: Format) -> None:
    """From now on this process tells what is so important or more; of other people's modules, warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if format == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("periplo").setLevel(level.upper())


class JsonLines(logging.Formatter):
    """``{"at", "level", "logger", "text", "request", …, "error"}``; what was given as ``extra`` stands beside."""

    def format(self, record: logging.LogRecord) -> str:
        return _encode(_told(self, record)).decode()


class TextLines(logging.Formatter):
    """The same to be read: time, level, logger, text, and what else is told as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        told = _told(self, record)
        begin = " ".join(str(told.pop(name)) for name in ("at", "level", "logger", "text"))
        error = told.pop("error", "")
        rest = "".join(f" {name}={value}" for name, value in told.items())
        return f"{begin}{rest}\n{error}" if error else begin + rest


def _told(formatter: logging.Formatter, record: logging.LogRecord) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "text": masked(record.getMessage()),
    }
    if request := request_id.get():
        told["request"] = request
    told |= {name: _plain(value) for name, value in vars(record).items() if name not in _USUAL}
    if record.exc_info and record.exc_info[0]:
        told["error"] = masked(formatter.formatException(record.exc_info))
    return told


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else masked(str(value))
