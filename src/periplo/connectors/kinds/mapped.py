"""Any other system: a mapping file, the same as for files, says what its JSON means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from periplo.connectors.messages import Json, said
from periplo.connectors.rules import UNMAPPED, Unfit
from periplo.errors import DataError
from periplo.events.model import Event, from_batch
from periplo.intake import IntakeBatch, IntakeSettings, Mapping, load_mapping, open_intake
from periplo.intake.files.json_reader import flatten, objects_in
from periplo.intake.mappings.mapping import kept_columns, names, used_columns
from periplo.language.formats import minor_digits
from periplo.vocabulary import Taxonomy

_decode = msgspec.json.Decoder(Json).decode

_TOP = {"event_id": "messageId", "type": "type", "event": "event", "user_id": "userId", "anonymous_id": "anonymousId"}
_TOLD = ("loyalty_card", "email", "phone", "order_id", "cart_id", "ticket_id", "currency", "product_id", "category")
_MORE = ("quantity", "coupon", "query", "title", "referrer", "country")


def messages(body: bytes, mapping: Path, settings: IntakeSettings, words: Taxonomy) -> list[Json]:
    """The messages that a mapping makes of a body: an object, a list of them, or an object with one list in it.

    Raises ``Unfit`` where the mapping makes none of it or refuses one, ``BadMapping``.
    """
    rules = load_mapping(mapping)
    with TemporaryDirectory(prefix="periplo-") as folder:
        file = Path(folder) / "webhook.jsonl"
        file.write_bytes(_rows(body, rules))
        try:
            intake = open_intake([file], mapping=mapping, settings=settings, words=words)
            batches = list(intake.batches())
        except DataError as error:
            raise Unfit(UNMAPPED, problem=str(error)) from error
    _none_refused(batches)
    made = [_message(event) for batch in batches for event in from_batch(batch.events)]
    if "channel" not in rules.fields:
        for message in made:
            del message["context"]["channel"]  # the connector's own holds
    return made


def _rows(body: bytes, rules: Mapping) -> bytes:
    """The objects in a body, a line each; what they do not say, though the mapping names it, is an empty cell."""
    kept = [name for one in kept_columns(rules, []).values() for name in names(one.column)]
    empty: dict[str, str | None] = dict.fromkeys([*used_columns(rules), *kept])
    found = [one for one in objects_in(msgspec.json.decode(body)) if isinstance(one, dict)]
    if not found:
        raise Unfit(UNMAPPED, problem="there is no object in it")
    return b"\n".join(msgspec.json.encode(empty | flatten(one)) for one in found) + b"\n"


def _none_refused(batches: Iterable[IntakeBatch]) -> None:
    for reject in (reject for batch in batches for reject in batch.rejects):
        raise Unfit(UNMAPPED, reject.field, problem=reject.tell("en"))


def _message(event: Event) -> Json:
    told = {name: getattr(event, name) for name in (*_TOLD, *_MORE)}
    if event.revenue_minor is not None:
        told["revenue"] = event.revenue_minor / 10 ** minor_digits(event.currency or "EUR")
    campaign = {"name": event.campaign, "medium": event.medium, "source": event.utm_source}
    context = {
        "channel": event.channel,
        "page": said({"path": event.page}),
        "campaign": said(campaign),
        "device": said({"type": event.device}),
    }
    context |= _decode(event.context) if event.context else {}
    kept = _decode(event.properties) if event.properties else {}
    message = {theirs: getattr(event, ours) for ours, theirs in _TOP.items()}
    message |= {"timestamp": event.occurred_at.isoformat(), "properties": said(kept | said(told))}
    return said(message | {"context": said(context)})
