"""One shop of a server: its application, and what the one who starts it is told; and its worker."""

from __future__ import annotations

from dataclasses import dataclass

from periplo.access import By
from periplo.operation.beside import Beside
from periplo.operation.measures import Measures
from periplo.server.address import url
from periplo.server.app import App, create_app
from periplo.server.hosts import LOCAL
from periplo.server.rehearsal import Rehearsal
from periplo.workspace import Shop
from periplo.workspace.worker import worker_beside


@dataclass(frozen=True)
class Tenant:
    """``label`` is its name among others, empty where it is alone; ``welcome`` the secret of its first owner's link."""

    label: str
    shop: Shop
    app: App
    rehearsal: Rehearsal
    welcome: str
    worker: Beside | None

    @classmethod
    def of(cls, shop: Shop, label: str, *, local: bool, work: bool) -> Tenant:
        """Raises what opening its stores raises."""
        measures = Measures()
        worker = worker_beside(shop.path, measures.work) if work else None
        app = create_app(shop, local=local, measures=measures, worker=worker)
        welcome = "" if local or not shop.access.deserted() else shop.access.links.first_owner(By("server"))
        return cls(label, shop, app, Rehearsal(app.state.desk), welcome, worker)

    def address(self, host: str, port: int, *, local: bool) -> str:
        """What a reader types to get there."""
        if not self.label:
            return url(host, port)
        hosts = self.shop.settings.server.hosts
        return url(hosts[0] if hosts and not local else f"{self.label}{LOCAL}", port)

    def work(self) -> None:
        """Lets its worker begin."""
        if self.worker:
            self.worker.start()

    def stop(self) -> None:
        """Takes nothing more, and lets those go who follow it live."""
        self.app.state.health.stopping = True
        self.app.state.watch.close()
        if self.worker:
            self.worker.end()
