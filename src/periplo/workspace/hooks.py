"""The connectors of a shop: who they are, and what a request to one of them brought."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from periplo.collect import Arrived
from periplo.connectors import Connector, Delivery
from periplo.connectors.confirming import asked_to_confirm, confirm
from periplo.connectors.messages import Json
from periplo.connectors.taking import again, taken
from periplo.errors import BadMapping, NotGenuine, ShopBusy
from periplo.log import Source
from periplo.workspace.stores import Stores

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REFUSED = "not_genuine"
"""How requests that prove nothing are counted; nothing else of them is kept."""


class Hooks:
    """Safe for threads. What it raises besides ``PeriploError`` is a fault of ours."""

    def __init__(self, stores: Stores) -> None:
        self._stores, self._all = stores, stores.settings.connectors

    def take(self, name: str, delivery: Delivery) -> Arrived:
        """What a request brought. May block. Raises ``NotGenuine``, ``ShopBusy``."""
        connector = self._all.get(name)
        if connector is None:
            raise NotGenuine(
                "There is no connector here that takes this.",
                fix="Give it a table [connectors.NAME] in periplo.toml, and use the address that periplo sources "
                "connectors SHOP prints.",
            )
        try:
            arrived = taken(connector, delivery, partial(self._mapped, connector))
        except NotGenuine:
            self._stores.tallies.add(name, REFUSED)
            raise
        if address := asked_to_confirm(connector, delivery.body):
            confirm(address)
            return Arrived()
        return arrived

    def again(self, name: str, topic: str, body: bytes) -> Arrived | None:
        """The same of a body that was kept, once more; None where the shop has the connector no longer."""
        connector = self._all.get(name)
        return again(connector, topic, body, partial(self._mapped, connector)) if connector else None

    def source(self, name: str) -> Source:
        """What a connector's events say of their source."""
        return Source(name=name, write_key="", channel=self._all[name].channel, created_at=EPOCH)

    def _mapped(self, connector: Connector, body: bytes) -> list[Json]:
        shop = self._stores.settings
        from periplo.connectors.kinds.mapped import messages  # reading by a mapping needs much that a question does not
        from periplo.intake import IntakeSettings

        settings = IntakeSettings(shop.currency, shop.time_zone, shop.country)
        file = self._stores.places.root / connector.mapping
        try:
            return messages(body, file, settings, self._stores.taxonomy)
        except BadMapping as error:
            raise ShopBusy(
                "The connector cannot read anything at this moment.",
                why="Its mapping file {file} cannot be used: {detail}",
                fix="Mend the file; what is sent again until then is not lost.",
                file=connector.mapping or "?",
                detail=str(error),
            ) from error
