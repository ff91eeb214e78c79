"""What the store tells a monitor (Prometheus text format 0.0.4): requests, events, commits, and what waits.

Decides names and labels: no worker, order, address or token is one, so that a scrape holds nothing of anybody's.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
_STEPS = (1, 2, 5, 10, 20, 50, 100, 256)


class Metrics:
    """The figures of one store process."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter("floorhand_requests", "Requests answered", ("act", "status"), registry=registry)
        self._seconds = Histogram(
            "floorhand_request_seconds", "Time to an answer", ("act",), buckets=_SECONDS, registry=registry
        )
        self._refused = Counter(
            "floorhand_turned_away", "Requests that did not get past the gate", ("reason",), registry=registry
        )
        self._steps = Histogram("floorhand_commit_steps", "Steps in one transaction", buckets=_STEPS, registry=registry)
        self._commits = Histogram(
            "floorhand_commit_seconds", "Time of one transaction", buckets=_SECONDS, registry=registry
        )
        self.cursor = Gauge("floorhand_cursor", "Where the log ends", registry=registry)
        self.waiting = Gauge("floorhand_waiting", "Long polls that wait", registry=registry)
        self.parked = Gauge("floorhand_parked", "Events that wait for a later version", registry=registry)
        self.outbox = Gauge("floorhand_outbox", "Webhook messages that wait", registry=registry)

    def answered(self, act: str, status: int, seconds: float) -> None:
        """One request came to its end."""
        self._requests.labels(act, str(status)).inc()
        self._seconds.labels(act).observe(seconds)

    def turned_away(self, reason: str) -> None:
        """One request did not get past the gate."""
        self._refused.labels(reason).inc()

    def committed(self, steps: int, seconds: float) -> None:
        """One transaction reached the disk."""
        self._steps.observe(steps)
        self._commits.observe(seconds)

    def told(self) -> bytes:
        """Everything, as a monitor reads it."""
        return generate_latest(self._registry)
