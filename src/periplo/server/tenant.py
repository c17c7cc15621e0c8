"""One shop of a server: its application, and what the one who starts it is told."""

from __future__ import annotations

from dataclasses import dataclass

from periplo.access import By
from periplo.server.address import url
from periplo.server.app import App, create_app
from periplo.server.hosts import LOCAL
from periplo.server.rehearsal import Rehearsal
from periplo.workspace import Shop


@dataclass(frozen=True)
class Tenant:
    """``label`` is its name among others, empty where it is alone; ``welcome`` the secret of its first owner's link."""

    label: str
    shop: Shop
    app: App
    rehearsal: Rehearsal
    welcome: str

    @classmethod
    def of(cls, shop: Shop, label: str, *, local: bool, work: bool) -> Tenant:
        """Raises what opening its stores raises."""
        app = create_app(shop, local=local, work=work)
        welcome = "" if local or not shop.access.deserted() else shop.access.links.first_owner(By("server"))
        return cls(label, shop, app, Rehearsal(app.state.desk), welcome)

    def address(self, host: str, port: int, *, local: bool) -> str:
        """What a reader types to get there."""
        if not self.label:
            return url(host, port)
        hosts = self.shop.settings.server.hosts
        return url(hosts[0] if hosts and not local else f"{self.label}{LOCAL}", port)

    def stop(self) -> None:
        """Takes nothing more, and lets those go who follow it live."""
        self.app.state.health.stopping = True
        self.app.state.watch.close()
