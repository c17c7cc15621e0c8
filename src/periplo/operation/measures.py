"""What is counted and timed while a process lives, for Prometheus."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4"
_REQUEST_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_WORK_S = (0.005, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 300)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Gauge(NamedTuple):
    """What is so now: one value, or one by each value of a label."""

    name: str
    told: str
    values: Mapping[str, float]
    label: str = ""


class Measures:
    """What one process has counted. Safe for threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "periplo_request_seconds",
            "How long requests took, by route, method and status.",
            ["route", "method", "status"],
            buckets=_REQUEST_S,
            registry=self._registry,
        )
        self._events = Counter(
            "periplo_events",
            "Events that were sent, by source and verdict.",
            ["source", "verdict"],
            registry=self._registry,
        )
        self._refused = Counter(
            "periplo_collect_refused",
            "Collecting requests that were refused, by error code.",
            ["code"],
            registry=self._registry,
        )
        self._work = Histogram(
            "periplo_work_seconds", "How long steps of work took.", ["work"], buckets=_WORK_S, registry=self._registry
        )
        self._worked = Counter(
            "periplo_work_events", "Events that work went through.", ["work"], registry=self._registry
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        known = method if method in _METHODS else "other"
        self._requests.labels(route, known, str(status)).observe(seconds)

    def sent(self, source: str, verdicts: Iterable[str]) -> None:
        """The verdicts on the events of one request."""
        for verdict, times in Tally(verdicts).items():
            self._events.labels(source, verdict).inc(times)

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def work(self, name: str, seconds: float, events: int) -> None:
        """A step of work behind the requests, and how many events it went through."""
        self._work.labels(name).observe(seconds)
        self._worked.labels(name).inc(events)

    def families(self) -> Iterable[Metric]:
        """All of it."""
        return self._registry.collect()


def families_of(gauges: Iterable[Gauge]) -> Iterator[Metric]:
    for gauge in gauges:
        family = GaugeMetricFamily(gauge.name, gauge.told, labels=[gauge.label] if gauge.label else None)
        for which, value in gauge.values.items():
            family.add_metric([which] if gauge.label else [], value)
        yield family


def told(families: Iterable[Iterable[Metric]]) -> bytes:
    """In Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Collected(list(chain.from_iterable(families))))
    return generate_latest(registry)


def by_shop(families: Mapping[str, Iterable[Metric]]) -> list[Metric]:
    """The measures of several shops, each value with the label ``shop``."""
    found: dict[str, Metric] = {}
    for shop, its in families.items():
        for one in its:
            family = found.setdefault(one.name, Metric(one.name, one.documentation, one.type))
            family.samples += [sample._replace(labels={"shop": shop} | sample.labels) for sample in one.samples]
    return list(found.values())


class _Collected(Collector):
    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families
