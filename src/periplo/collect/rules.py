"""The rules that every message is held to when it arrives. What breaks one can never become an event."""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """``name`` for programs; ``reason`` an English template for people."""

    name: str
    reason: str


NOT_JSON = Rule("not_json", "This is not a JSON object: {problem}.")
NO_BATCH = Rule("no_batch", "This request could not be taken apart.")
TOO_LARGE = Rule("too_large", "An event can have {kilobytes} KB at most.")
UNKNOWN_CALL = Rule("unknown_call", "“{value}” is no kind of call; known: {known}.")
NO_NAME = Rule("no_event_name", "A track call needs the name of its event.")
NO_TIME = Rule("no_time", "“{value}” is not a time such as 2024-05-01T10:00:00Z.")
BAD_ID = Rule("bad_message_id", "A message id is a text of at most {most} letters, or a number.")
OTHER_PAYLOAD = Rule("other_payload", "Another event came with this message id before, and is kept.")
PLAN_LACKS = Rule("plan_lacks", "“{event}” lacks “{name}”, which the tracking plan asks for.")
PLAN_TYPE = Rule("plan_type", "In “{event}”, “{path}” is {value}; the tracking plan takes: {kinds}.")
PLAN_VALUE = Rule("plan_value", "“{event}” is not as the tracking plan has it, at “{path}”: {problem}")

RULES = (
    NOT_JSON,
    NO_BATCH,
    TOO_LARGE,
    UNKNOWN_CALL,
    NO_NAME,
    NO_TIME,
    BAD_ID,
    OTHER_PAYLOAD,
    PLAN_LACKS,
    PLAN_TYPE,
    PLAN_VALUE,
)
