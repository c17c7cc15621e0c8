"""How the server does, for the programs that watch it: does it live, can it be given work, and its measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from litestar import Response, get
from litestar.di import NamedDependency
from prometheus_client import Metric

from periplo.access import Permission
from periplo.operation.beside import Beside
from periplo.operation.measures import CONTENT_TYPE, Gauge, Measures, families_of, told
from periplo.server.keys import UNVERSIONED
from periplo.server.rules import Rule, needs
from periplo.workspace import Shop

MOST_DEATHS = 3
"""The worker that has died so often in a row does not come up any more."""


class Health:
    """``waiting``: how many bytes of requests wait for their commit; ``worker``: the server's own, where it has one."""

    def __init__(
        self, shop: Shop, measures: Measures, waiting: Callable[[], int], worker: Beside | None = None
    ) -> None:
        self._shop, self._measures, self._waiting, self._worker = shop, measures, waiting, worker
        self.stopping = False

    def faults(self) -> dict[str, str]:
        """What keeps the server from being given work."""
        if self.stopping:
            return {"stopping": "the server is about to end"}
        return self._shop.condition.faults() | self._worker_fault()

    def _worker_fault(self) -> dict[str, str]:
        died = self._worker.in_a_row if self._worker else 0
        return {"worker": f"it ended by itself {died} times in a row"} if died >= MOST_DEATHS else {}

    def metrics(self) -> bytes:
        """In Prometheus' text format."""
        return told([self.families()])

    def families(self) -> Iterator[Metric]:
        """The measures, and what is so now."""
        yield from self._measures.families()
        yield from families_of(self._gauges())

    def _gauges(self) -> Iterator[Gauge]:
        condition, queue = self._shop.condition, float(self._waiting())
        if self._worker:
            runs, died = float(self._worker.pid is not None), float(self._worker.deaths)
            yield Gauge("periplo_worker_running", "1 while the server's own worker runs.", {"": runs})
            yield Gauge("periplo_worker_deaths", "How often it ended by itself and was started again.", {"": died})
        yield Gauge("periplo_collect_queue_bytes", "Requests that wait for their commit.", {"": queue})
        faults = self.faults()
        yield Gauge("periplo_ready", "1 when the server can be given work.", {"": float(not faults)})
        if faults.keys() - {"disk", "lag", "worker", "stopping"}:
            return  # what does not answer cannot be measured
        sizes = condition.sizes()
        yield Gauge("periplo_log_tail_events", "Events in the log that are not archived yet.", {"": sizes.log_events})
        yield Gauge("periplo_archive_events", "Events in the archive.", {"": sizes.archive_events})
        yield Gauge("periplo_quarantine_rows", "Refused rows that wait.", {"": sizes.quarantine_rows})
        yield Gauge("periplo_store_bytes", "Size of each database and the archive.", sizes.bytes_of, "store")
        yield Gauge("periplo_disk_free_bytes", "Free on the disk of the shop.", {"": sizes.disk_free})
        lags = {"identity": condition.identity_lag(), "archive": condition.archive_lag()}
        events, seconds = ({name: getattr(lag, what) for name, lag in lags.items()} for what in ("events", "seconds"))
        yield Gauge("periplo_consumer_lag_events", "How far a consumer is behind the log.", events, "consumer")
        yield Gauge("periplo_consumer_lag_seconds", "Since when the oldest of them waits.", seconds, "consumer")


TheHealth: TypeAlias = NamedDependency[Health]


@get("/healthz", sync_to_thread=False, opt=needs(Rule.PROBE, UNVERSIONED), tags=["Operation"], summary="It lives")
def healthz() -> dict[str, str]:
    """The process lives and answers. Nothing else is looked at."""
    return {"status": "ok"}


@get("/readyz", sync_to_thread=True, opt=needs(Rule.PROBE, UNVERSIONED), tags=["Operation"], summary="It can work")
def readyz(health: TheHealth) -> Response[dict[str, Any]]:
    """Databases answer and have this release's schema, the disk has room, identity keeps up, the worker stays up, and
    it is not stopping. Otherwise 503, and which of these it is."""
    faults = health.faults()
    return Response({"ready": not faults, "faults": faults}, status_code=503 if faults else 200)


@get(
    "/metrics",
    sync_to_thread=True,
    media_type=CONTENT_TYPE,
    opt=needs(Permission.OPERATION, UNVERSIONED),
    tags=["Operation"],
    summary="Measures",
)
def metrics(health: TheHealth) -> bytes:
    """For Prometheus: open to the machine itself, elsewhere to a token with the scope `operation`."""
    return health.metrics()


HANDLERS = (healthz, readyz, metrics)
