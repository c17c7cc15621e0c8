"""A connector as the shop sets it up, and a request that it got."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

KindName = Literal["shopify", "woocommerce", "mapped", "ses", "sendgrid", "postmark", "mailgun"]
PLACE = "/v1/webhooks/"
"""Where the server takes what connectors get, before their names."""

_ENVIRONMENT = "env:"


class Connector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table ``[connectors.NAME]`` of ``periplo.toml``; its events have NAME as their source.

    ``secret``: what proves a sender, as its ``kind`` says; ``env:NAME`` takes it from the environment.
    ``channel``: where its events name none. ``mapping``: the mapping file of ``mapped``, from the shop's folder on;
    ``signature``: the header in which that sender signs, empty where it gives the secret itself.
    ``confirm``: whether SNS is answered, by a call to Amazon, when it asks if it may send here.
    """

    kind: KindName
    secret: str
    channel: str = ""
    mapping: str = ""
    signature: str = ""
    confirm: bool = False

    def key(self) -> str:
        """The secret itself; empty where the environment does not have it."""
        if self.secret.startswith(_ENVIRONMENT):
            return os.environ.get(self.secret.removeprefix(_ENVIRONMENT), "")
        return self.secret


class Delivery(NamedTuple):
    """A request: its headers by lower-case name, the ``password`` in its address or credentials, and its body as it
    came, which is what signatures are of."""

    headers: Mapping[str, str]
    password: str
    body: bytes
